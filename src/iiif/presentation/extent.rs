//! The height and width of a Canvas in a document of any form.

use serde_json::{Map, Value};

/// The height and width of a Canvas that has neither, and on which nothing is painted that has them.
const FALLBACK: (u64, u64) = (720, 1280);

/// Height and width of the Canvas, and whether they are its own; otherwise they are those of what is painted on it first, or else
/// 720 and 1280. Presentation 2.1 and 4.0 require both.
pub(super) fn size(canvas: &Map<String, Value>) -> (u64, u64, bool) {
    match pair(canvas.get("height"), canvas.get("width")) {
        Some((height, width)) => (height, width, true),
        None => {
            let (height, width) = painted(canvas).unwrap_or(FALLBACK);
            (height, width, false)
        }
    }
}

fn pair(height: Option<&Value>, width: Option<&Value>) -> Option<(u64, u64)> {
    Some((dimension(height?)?, dimension(width?)?))
}

/// A positive integer; a fraction is rounded.
fn dimension(value: &Value) -> Option<u64> {
    let whole = value.as_u64().filter(|number| (1..=u64::from(u32::MAX)).contains(number));
    whole.or_else(|| value.as_f64().filter(|number| (0.5..1e9).contains(number)).map(|number| number.round() as u64))
}

fn painted(canvas: &Map<String, Value>) -> Option<(u64, u64)> {
    let annotations = entries(canvas.get("items")).flat_map(|page| entries(page.get("items")));
    let mut bodies = annotations.flat_map(|annotation| entries(annotation.get("body")));
    bodies.find_map(|body| {
        let one = body.get("source").or_else(|| body.get("items")?.get(0)).unwrap_or(body);
        pair(one.get("height"), one.get("width"))
    })
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let list = value.map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    list.unwrap_or_default().iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_canvas_always_has_a_size() {
        let painted = |body: Value| json!({"items": [{"items": [{"body": body}]}]});
        let image = json!({"height": 3, "width": 4});
        let cases = [
            (json!({"height": 1, "width": 2}), (1, 2, true)),
            (json!({"height": 1.6, "width": 2}), (2, 2, true)),
            (json!({"height": 0, "width": 2}), (720, 1280, false)),
            (json!({"height": "1", "width": 2}), (720, 1280, false)),
            (json!({"height": -1}), (720, 1280, false)),
            (painted(image.clone()), (3, 4, false)),
            (painted(json!([{"type": "TextualBody"}, image])), (3, 4, false)),
            (painted(json!({"type": "SpecificResource", "source": image})), (3, 4, false)),
            (painted(json!({"type": "Choice", "items": [image]})), (3, 4, false)),
            (json!({"items": 3}), (720, 1280, false)),
        ];
        for (canvas, expected) in cases {
            assert_eq!(size(canvas.as_object().expect("an object")), expected, "{canvas}");
        }
    }
}
