//! What must not be published: asked when a draft becomes public, not on every change.

use super::App;
use super::etag::IfMatch;
use super::problem::Problem;
use super::validation::of_item;
use crate::catalog::{CatalogError, ItemContent, Status};
use crate::iiif::presentation::Fault;
use crate::iiif::presentation::validate::{Finding, is_unusable};
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
    let stays = |finding: &&Finding| stays(finding, content.canvases.is_some());
    let faults: Vec<Fault> = judged.findings.iter().filter(|finding| is_unusable(finding)).filter(stays).map(fault).collect();
    if faults.is_empty() { Ok(condition.at(revision)) } else { Err(Problem::invalid(faults)) }
}

/// Whether what the finding is about is still there once the item says what was sent: that is checked by itself.
fn stays(finding: &Finding, canvases_sent: bool) -> bool {
    match finding.pointer.split('/').nth(1) {
        Some("items") => !canvases_sent,
        Some("structures" | "annotations" | "placeholderCanvas" | "accompanyingCanvas") => true,
        _ => false,
    }
}

fn fault(finding: &Finding) -> Fault {
    let Finding { pointer, what, cure, .. } = finding;
    Fault { pointer: "/status".to_owned(), detail: format!("it cannot be published: {pointer} in its manifest: {what}; {cure}") }
}
