//! The bodies of tus: bytes, as they come.

use poem::{Body, Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::tus::CONTENT_TYPE;
use crate::api::problem::{Kind, Problem};

/// Bytes that are appended to an upload.
pub struct Appended(pub Body);

/// Bytes that may come with the creation of an upload (extension Creation With Upload).
pub struct PerhapsAppended(pub Option<Body>);

fn meta(required: bool) -> MetaRequest {
    let schema = MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")));
    let description = Some("The bytes that come next. They are kept as they arrive, also when the line breaks.");
    MetaRequest { description, content: vec![MetaMediaType { content_type: CONTENT_TYPE, schema }], required }
}

fn is_appended(request: &Request) -> bool {
    let essence = request.content_type().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(CONTENT_TYPE)
}

fn wrong(request: &Request) -> Problem {
    let sent = request.content_type().unwrap_or_default();
    Problem::new(Kind::MediaType, format!("send Content-Type: {CONTENT_TYPE}, not {sent:?}"))
}

impl<'a> ApiExtractor<'a> for Appended {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {}

    fn request_meta() -> Option<MetaRequest> {
        Some(meta(true))
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        if !is_appended(request) {
            return Err(wrong(request).into());
        }
        Ok(Self(body.take()?))
    }
}

impl<'a> ApiExtractor<'a> for PerhapsAppended {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {}

    fn request_meta() -> Option<MetaRequest> {
        Some(meta(false))
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        if is_appended(request) {
            return Ok(Self(Some(body.take()?)));
        }
        let length = request.header("content-length").map_or("0", str::trim);
        let is_empty = length == "0" && !request.headers().contains_key("transfer-encoding");
        if is_empty { Ok(Self(None)) } else { Err(wrong(request).into()) }
    }
}
