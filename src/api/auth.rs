//! Who asks: anyone, or the holder of a key.

use std::sync::Arc;

use http::{HeaderMap, header};
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use uuid::Uuid;

use super::App;
use super::problem::{Kind, Problem};
use crate::image_service::Viewer;

/// A key made with `triptych key create`: its id.
#[derive(SecurityScheme)]
#[oai(rename = "key", ty = "bearer", checker = "check")]
pub struct Key(pub Uuid);

async fn check(request: &Request, bearer: Bearer) -> poem::Result<Uuid> {
    if let Some(Known(key)) = request.extensions().get::<Known>() {
        return Ok(*key);
    }
    Ok(check_secret(app_of(request)?, &bearer.token).await?)
}

fn app_of(request: &Request) -> Result<&Arc<App>, Problem> {
    request.data::<Arc<App>>().ok_or_else(|| Problem::new(Kind::Internal, "no application"))
}

/// The key with this secret.
async fn check_secret(app: &App, secret: &str) -> Result<Uuid, Problem> {
    app.catalog.key_by_secret(secret).await?.ok_or_else(refused)
}

fn refused() -> Problem {
    Problem::new(Kind::Unauthorized, "send `Authorization: Bearer` with a key that is known and not revoked")
}

/// Who reads: without a key, the public. A wrong key is an error, so that nobody takes a draft for deleted.
pub struct Reader(pub Viewer);

impl Reader {
    pub fn sees_all(&self) -> bool {
        self.0 == Viewer::KeyHolder
    }
}

impl<'a> FromRequest<'a> for Reader {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(viewer(app_of(request)?, request.headers()).await?))
    }
}

/// Says of a request that its key was found to be good.
#[derive(Clone)]
struct Known(Uuid);

/// Refuses who may not write, and remembers of the others that they may.
pub async fn writer(request: &mut Request) -> poem::Result<()> {
    let key = holder(app_of(request)?, request.headers()).await?.ok_or_else(refused)?;
    request.extensions_mut().insert(Known(key));
    Ok(())
}

/// Who sent these headers.
pub async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Problem> {
    Ok(holder(app, headers).await?.map_or(Viewer::Public, |_| Viewer::KeyHolder))
}

/// The key that was sent, if one was.
async fn holder(app: &App, headers: &HeaderMap) -> Result<Option<Uuid>, Problem> {
    let Some(sent) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token =
        sent.to_str().ok().and_then(|text| text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer ")).map(|_| text[7..].trim()));
    check_secret(app, token.ok_or_else(refused)?).await.map(Some)
}
