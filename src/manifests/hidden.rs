//! Items without the canvases that the public does not see.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::catalog::PublicItem;
use crate::iiif::presentation::hiding::{hide, hide_in};

/// Takes the hidden canvases out of an item, and whatever names them; gives their identifiers.
pub fn take_out(item: &mut PublicItem) -> HashSet<String> {
    let hidden: HashSet<String> = item.canvases.iter().filter(|canvas| canvas.hidden).map(|canvas| canvas.id.clone()).collect();
    if hidden.is_empty() {
        return hidden;
    }
    item.canvases.retain(|canvas| !canvas.hidden);
    hide_in_properties(&mut item.item.descriptive.rest, &hidden);
    for canvas in &mut item.canvases {
        hide_in_properties(&mut canvas.descriptive.rest, &hidden);
        canvas.painting.iter_mut().for_each(|pages| hide_in(pages, &hidden));
    }
    hide_in(&mut item.structures, &hidden);
    item.pages.retain(|page| page.canvas_id.as_ref().is_none_or(|canvas| !hidden.contains(canvas)));
    for page in &mut item.pages {
        hide_in(&mut page.annotations, &hidden);
        hide_in_properties(&mut page.properties, &hidden);
    }
    hidden
}

/// Leaves out of properties what names one of these canvases.
pub fn hide_in_properties(properties: &mut Map<String, Value>, hidden: &HashSet<String>) {
    let mut value = Value::from(std::mem::take(properties));
    hide(&mut value, hidden);
    *properties = value.as_object().cloned().unwrap_or_default();
}
