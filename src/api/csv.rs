//! Comma-separated values as bodies.

use poem::{Body as Bytes, FromRequest, IntoResponse, Request, RequestBody, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};

use super::problem::{Kind, Problem};

const CSV: &str = "text/csv";

/// A sheet that was sent.
pub struct SheetBody {
    pub bytes: Vec<u8>,
    /// The encoding that the sender names.
    pub charset: Option<String>,
}

fn schema() -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(MetaSchema { format: Some("binary"), ..MetaSchema::new("string") }))
}

impl<'a> ApiExtractor<'a> for SheetBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let description =
            Some("The first row has the headings; in UTF-8, UTF-16 or the encoding that `charset` of the content type names.");
        Some(MetaRequest { description, content: vec![MetaMediaType { content_type: CSV, schema: schema() }], required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let sent = request.content_type().unwrap_or_default();
        let mut parts = sent.split(';').map(str::trim);
        if !parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(CSV)) {
            return Err(Problem::new(Kind::MediaType, format!("send Content-Type: {CSV}, not {sent:?}")).into());
        }
        let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
        let charset = charset.map(|(_, charset)| charset.trim_matches('"').to_owned());
        match <Vec<u8> as FromRequest>::from_request(request, body).await {
            Ok(bytes) => Ok(Self { bytes, charset }),
            Err(error) => Err(Problem::of_status(error.status(), error.to_string()).into()),
        }
    }
}

/// A sheet to be sent.
pub struct Csv(pub Bytes);

impl Payload for Csv {
    const CONTENT_TYPE: &'static str = CSV;

    fn schema_ref() -> MetaSchemaRef {
        schema()
    }
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        Response::builder().content_type("text/csv; charset=utf-8").body(self.0)
    }
}

/// A sheet to be kept as a file.
#[derive(ApiResponse)]
pub enum Table {
    /// The sheet, in UTF-8.
    #[oai(status = 200)]
    Table(
        Csv,
        /// What the file may be called.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

impl Table {
    pub fn new(body: impl Into<Bytes>, file: &str) -> Self {
        Self::Table(Csv(body.into()), format!("attachment; filename=\"{file}.csv\""))
    }
}
