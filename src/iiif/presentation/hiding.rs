//! Canvases that are not shown: what names them is left out of what is, so that nothing points at what is not there.

use super::parts;
use serde_json::Value;
use std::collections::HashSet;

/// Properties without which a resource stands for nothing: where they name a hidden Canvas only, it is left out.
const VITAL: [&str; 5] = ["id", "@id", "source", "target", "body"];

/// Takes everything that names a hidden Canvas, or what is on it, out of stored JSON; `false` if nothing is left of the whole.
///
/// An Annotation that is about hidden Canvases only goes, one that is about others too stays with those.
pub fn hide(value: &mut Value, hidden: &HashSet<String>) -> bool {
    match value {
        Value::String(text) => !names(text, hidden),
        Value::Array(list) => {
            let before = list.len();
            list.retain_mut(|one| hide(one, hidden));
            before == 0 || !list.is_empty()
        }
        Value::Object(object) => {
            let emptied: Vec<String> = object.iter_mut().filter_map(|(name, one)| (!hide(one, hidden)).then(|| name.clone())).collect();
            for name in &emptied {
                // A list of parts may be empty; it is not left out.
                if name != "items" {
                    object.shift_remove(name);
                }
            }
            !emptied.iter().any(|name| VITAL.contains(&name.as_str()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The same for a list, of which what is left stays.
pub fn hide_in(list: &mut Vec<Value>, hidden: &HashSet<String>) {
    list.retain_mut(|one| hide(one, hidden));
}

/// Whether a stored address is that of a hidden Canvas, or of something below it.
fn names(address: &str, hidden: &HashSet<String>) -> bool {
    let canvas = parts::path(address).and_then(|path| path.strip_prefix("canvases/"));
    canvas.and_then(|rest| rest.split('/').next()).is_some_and(|id| hidden.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_that_is_left_names_a_hidden_canvas() {
        let hidden = HashSet::from(["h".to_owned()]);
        let own = |path: &str| parts::own(&format!("canvases/{path}"));
        let (h, c) = (own("h"), own("c"));
        let region = own("h#xywh=0,0,1,1");
        let specific = json!({"type": "SpecificResource", "source": {"id": h, "type": "Canvas"}, "selector": {"type": "PointSelector"}});
        let about = |target: Value| json!({"id": "a", "type": "Annotation", "body": "x", "target": target});
        let cases = [
            (json!({"id": h, "type": "Canvas"}), None),
            (json!({"id": own("h/page/1"), "type": "Annotation"}), None),
            (json!({"id": own("hh"), "type": "Canvas"}), Some(json!({"id": own("hh"), "type": "Canvas"}))),
            (about(json!(region)), None),
            (about(specific.clone()), None),
            (about(json!([region, c])), Some(about(json!([c])))),
            (about(json!([region, specific])), None),
            (about(json!(c)), Some(about(json!(c)))),
            (json!({"id": "a", "type": "Annotation", "motivation": "linking", "body": {"id": h, "type": "Canvas"}, "target": c}), None),
            (
                json!({"id": "r", "type": "Range", "start": {"id": h}, "items": [{"id": h}, {"id": c}, {"id": "s", "items": [specific]}]}),
                Some(json!({"id": "r", "type": "Range", "items": [{"id": c}, {"id": "s", "items": []}]})),
            ),
            (json!({"start": {"id": h, "type": "Canvas"}, "x": []}), Some(json!({"x": []}))),
        ];
        for (value, expected) in cases {
            let mut left = value.clone();
            let stays = hide(&mut left, &hidden);
            assert_eq!(stays.then_some(left), expected, "{value}");
        }
    }
}
