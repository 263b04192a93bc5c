//! What must not be published: asked when a draft becomes public, not on every change.

use super::App;
use super::etag::IfMatch;
use super::problem::Problem;
use super::validation::{of_collection, of_item};
use crate::catalog::{CatalogError, ItemContent, Status};
use crate::iiif::presentation::Fault;
use crate::iiif::presentation::validate::{Finding, Judged, is_unusable};
use crate::iiif::uris::Uris;

/// Lets `content` become the item's, unless that makes something public that no viewer can open.
///
/// The condition that comes back holds for the state that was looked at only.
///
/// # Errors
/// Every fault that stands against it.
pub async fn check(app: &App, id: &str, content: &ItemContent, condition: IfMatch, uris: &Uris) -> Result<IfMatch, Problem> {
    if content.status != Status::Published {
        return Ok(condition);
    }
    match app.catalog.item(id).await {
        Ok(item) if item.status == Status::Draft => {}
        // A new item has only what was checked when it was sent; what is public was checked when it became so.
        Ok(_) | Err(CatalogError::NotFound(_) | CatalogError::Gone(_)) => return Ok(condition),
        Err(error) => return Err(error.into()),
    }
    let (judged, revision) = of_item(app, id, uris).await?;
    let stays = |finding: &Finding| stays(finding, content.canvases.is_some());
    refused(&judged, stays, "manifest")?;
    Ok(condition.at(revision))
}

/// The same for a collection, of which the members are not sent.
///
/// # Errors
/// Every fault that stands against it.
pub async fn check_collection(app: &App, id: &str, status: Status, condition: IfMatch, uris: &Uris) -> Result<IfMatch, Problem> {
    if status != Status::Published {
        return Ok(condition);
    }
    let revision = match app.catalog.collection(id).await {
        Ok(collection) if collection.status == Status::Draft => collection.revision,
        Ok(_) | Err(CatalogError::NotFound(_) | CatalogError::Gone(_)) => return Ok(condition),
        Err(error) => return Err(error.into()),
    };
    refused(&of_collection(app, id, uris).await?, |finding| stays(finding, false), "document")?;
    Ok(condition.at(revision))
}

/// Refuses what has faults that stay.
fn refused(judged: &Judged, stays: impl Fn(&Finding) -> bool, document: &str) -> Result<(), Problem> {
    let found = judged.findings.iter().filter(|finding| is_unusable(finding) && stays(finding));
    let faults: Vec<Fault> = found.map(|finding| fault(finding, document)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

/// Whether what the finding is about is still there once the item says what was sent: that is checked by itself.
fn stays(finding: &Finding, canvases_sent: bool) -> bool {
    match finding.pointer.split('/').nth(1) {
        Some("items") => !canvases_sent,
        Some("structures" | "annotations" | "placeholderCanvas" | "accompanyingCanvas") => true,
        _ => false,
    }
}

fn fault(finding: &Finding, document: &str) -> Fault {
    let Finding { pointer, what, cure, .. } = finding;
    Fault { pointer: "/status".to_owned(), detail: format!("it cannot be published: {pointer} in its {document}: {what}; {cure}") }
}
