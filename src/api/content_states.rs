//! `/api/v1/content-states`.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::address::Address;
use super::auth::Reader;
use super::body::Body;
use super::problem::{Kind, Problem};
use super::schema::{ContentStateView, PlaceInput};
use super::{App, Tags};
use crate::catalog::Canvas;
use crate::iiif::content_state::{Target, annotation, encode};
use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::Fault;
use crate::iiif::uris::Uris;

/// Path of the operation, which is a POST and writes nothing.
pub const PATH: &str = "/api/v1/content-states";

/// Content states.
pub struct ContentStates;

/// A content state that was made.
#[derive(ApiResponse)]
enum Made {
    /// The content state.
    #[oai(status = 200)]
    Made(Json<ContentStateView>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::ContentStates")]
impl ContentStates {
    /// Make a content state
    ///
    /// A link that opens an item, one of its canvases or a part of one in any viewer that understands the IIIF Content State API.
    /// Nothing is stored, and no key is needed; without one, drafts are not found.
    #[oai(path = "/content-states", method = "post", operation_id = "makeContentState")]
    async fn make(&self, app: Data<&Arc<App>>, reader: Reader, Address(uris): Address, body: Body<PlaceInput>) -> Result<Made, Problem> {
        let place = body.0;
        known("/item", &place.item)?;
        let item = app.readable_item(&place.item, &reader).await.map_err(|problem| missing("/item", problem))?;
        let canvas = match &place.canvas {
            Some(canvas) => {
                known("/canvas", canvas)?;
                let found = app.readable_canvas(&item.id, canvas, &reader).await;
                Some(found.map_err(|problem| missing("/canvas", problem))?)
            }
            None => None,
        };
        let (region, time) = place.parts(canvas.as_ref().and_then(size), canvas.as_ref().and_then(|canvas| canvas.duration))?;
        let target = Target { region, time, ..target(&app, &item.id, canvas.as_ref(), &uris).await? };
        let state = annotation(&[target]);
        let encoded = encode(&state);
        let link = format!("{}?iiif-content={encoded}", uris.home());
        Ok(Made::Made(Json(ContentStateView { state, encoded, link })))
    }
}

/// The canvas by the name that it has in the manifest, which is found where this service has it, whatever it calls itself.
async fn target(app: &App, item: &str, canvas: Option<&Canvas>, uris: &Uris) -> Result<Target, Problem> {
    let Some(canvas) = canvas else { return Ok(Target::manifest(uris.manifest(item))) };
    let original = app.catalog.source_name(item, &format!("canvases/{}", canvas.id)).await?;
    Ok(Target::canvas(original.unwrap_or_else(|| uris.canvas(item, &canvas.id)), uris.manifest(item)))
}

fn size(canvas: &Canvas) -> Option<(i32, i32)> {
    canvas.width.zip(canvas.height)
}

/// Whether the text can be the identifier of anything here.
fn known(pointer: &str, id: &str) -> Result<(), Problem> {
    let fault = |error: crate::iiif::ids::IdError| Fault { pointer: pointer.to_owned(), detail: error.to_string() };
    ResourceId::parse(id).map(drop).map_err(|error| Problem::invalid(vec![fault(error)]))
}

/// What is not there is a fault of the body that names it.
fn missing(pointer: &str, problem: Problem) -> Problem {
    match problem.kind {
        Kind::NotFound | Kind::Gone => {
            let detail = "there is nothing of this id, or it is not public".to_owned();
            Problem::invalid(vec![Fault { pointer: pointer.to_owned(), detail }])
        }
        _ => problem,
    }
}
