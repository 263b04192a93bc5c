//! Where on its Canvas an annotation paints (Presentation 3.0, sections 5.3 and 6.2): shorthands of writers, and the rules of targets.

use super::check::Fault;
use super::parts;
use serde_json::{Map, Value, json};

/// What a Canvas offers to what is painted on it.
#[derive(Debug, Clone, Copy)]
pub struct Surface<'a> {
    pub canvas: &'a str,
    /// Width and height.
    pub size: Option<(i32, i32)>,
    /// Seconds.
    pub duration: Option<f64>,
}

/// Writes out what is short in an annotation: `image` for a body that is an image of ours, and a target that is a fragment only.
/// `{"image": "ezu/1", "target": "xywh=0,0,100,100"}` paints that image onto that part of the canvas.
pub fn write_out(annotation: &mut Map<String, Value>, canvas: &str) {
    if !annotation.contains_key("body")
        && let Some(image) = annotation.remove("image")
    {
        annotation.insert("body".to_owned(), json!({"type": "Image", "image": image}));
    }
    target_in_full(annotation, canvas);
}

/// Writes out a target that is only a fragment, of this canvas.
pub(super) fn target_in_full(annotation: &mut Map<String, Value>, canvas: &str) {
    if let Some(Value::String(target)) = annotation.get_mut("target")
        && let Some(fragment) = fragment(target)
    {
        *target = format!("{}#{fragment}", parts::own(&format!("canvases/{canvas}")));
    }
}

/// The fragment that a target is, if it is nothing else.
fn fragment(target: &str) -> Option<&str> {
    let bare = target.strip_prefix('#').unwrap_or(target);
    let begins = ["xywh=", "t="].iter().any(|name| bare.starts_with(name));
    (begins || target.starts_with('#')).then_some(bare)
}

/// Everything that keeps an annotation, written out, from painting this canvas: a target elsewhere or outside, and content that has
/// a dimension which the canvas lacks.
pub fn faults(annotation: &Value, surface: Surface<'_>, pointer: &str, faults: &mut Vec<Fault>) {
    let mut fault = |name: &str, detail: String| faults.push(Fault { pointer: format!("{pointer}/{name}"), detail });
    if annotation.get("image").is_some() && annotation.get("body").is_some() {
        fault("image", "send either image or body: image is short for a body with it".to_owned());
    }
    match annotation.get("target") {
        None => {}
        Some(Value::Array(_)) => fault("target", "an annotation that paints has one target".to_owned()),
        Some(target) => {
            if let Err(detail) = target_of(target).and_then(|target| check_target(target, surface)) {
                fault("target", detail);
            }
        }
    }
    if let Some(detail) = annotation.get("body").and_then(|body| lacking(body, surface)) {
        fault("body", detail);
    }
}

/// The address of what is painted on, with its fragment.
fn target_of(target: &Value) -> Result<&str, String> {
    let source = target.get("source").map(|source| source.get("id").unwrap_or(source));
    let address = source.or_else(|| target.get("id")).unwrap_or(target);
    address.as_str().ok_or_else(|| "a target is the canvas, a part of it, or a SpecificResource with the canvas as source".to_owned())
}

fn check_target(target: &str, surface: Surface<'_>) -> Result<(), String> {
    let here = format!("canvases/{}", surface.canvas);
    if parts::path(target) != Some(here.as_str()) {
        return Err(format!(
            "what is on a canvas has that canvas as its target: {}, or a part of it such as xywh=0,0,100,100",
            surface.canvas
        ));
    }
    target.split_once('#').map_or(Ok(()), |(_, fragment)| check_fragment(fragment, surface))
}

fn check_fragment(fragment: &str, surface: Surface<'_>) -> Result<(), String> {
    for part in fragment.split('&') {
        match part.split_once('=') {
            Some(("xywh", region)) => check_region(region, surface.size)?,
            Some(("t", time)) => check_time(time, surface.duration)?,
            _ => return Err(format!("\"{part}\" is neither a region, such as xywh=0,0,100,100, nor a time, such as t=0,10")),
        }
    }
    Ok(())
}

fn check_region(region: &str, size: Option<(i32, i32)>) -> Result<(), String> {
    let percent = region.strip_prefix("percent:");
    let numbers = percent.or_else(|| region.strip_prefix("pixel:")).unwrap_or(region);
    let numbers: Option<Vec<f64>> = numbers.split(',').map(number).collect();
    let Some([x, y, width, height]) = numbers.as_deref() else {
        return Err("xywh is four numbers: left, top, width and height".to_owned());
    };
    let Some(size) = size else { return Err("the canvas has no width and height".to_owned()) };
    if *width <= 0.0 || *height <= 0.0 {
        return Err("width and height of a region are more than 0".to_owned());
    }
    let (right, bottom) = if percent.is_some() { (100.0, 100.0) } else { (f64::from(size.0), f64::from(size.1)) };
    if x + width > right || y + height > bottom {
        return Err(format!(
            "the region reaches outside of the canvas, which is {right} by {bottom}{}",
            percent.map_or("", |_| " percent")
        ));
    }
    Ok(())
}

fn check_time(time: &str, duration: Option<f64>) -> Result<(), String> {
    let Some(duration) = duration else { return Err("the canvas has no duration".to_owned()) };
    let time = time.strip_prefix("npt:").unwrap_or(time);
    let (start, end) = time.split_once(',').unwrap_or((time, ""));
    let moment = |text: &str, default: f64| if text.is_empty() { Some(default) } else { number(text) };
    match (moment(start, 0.0), moment(end, duration)) {
        (Some(start), Some(end)) if !time.is_empty() && start < end && end <= duration => Ok(()),
        (Some(_), Some(_)) => Err(format!("a time runs from a moment to a later one within the canvas's {duration} seconds")),
        _ => Err("t is one or two moments in seconds, such as t=0,10".to_owned()),
    }
}

/// Digits with an optional fraction, as Media Fragments write numbers.
fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok() } else { None }
}

/// What the canvas lacks for one of these bodies.
fn lacking(body: &Value, surface: Surface<'_>) -> Option<String> {
    if let Some(list) = body.as_array() {
        return list.iter().find_map(|one| lacking(one, surface));
    }
    let class = body.get("type").and_then(Value::as_str)?;
    let (flat, timed) = match class {
        "Image" => (true, false),
        "Video" => (true, true),
        "Sound" => (false, true),
        "Choice" => return body.get("items").and_then(|items| lacking(items, surface)),
        _ => (false, false),
    };
    match () {
        () if flat && surface.size.is_none() => Some(format!("a canvas for a body of type {class} has a width and height")),
        () if timed && surface.duration.is_none() => Some(format!("a canvas for a body of type {class} has a duration")),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAT: Surface<'static> = Surface { canvas: "c", size: Some((100, 200)), duration: None };
    const TIMED: Surface<'static> = Surface { canvas: "c", size: None, duration: Some(60.5) };

    fn written_out(sent: Value) -> Value {
        let mut object = sent.as_object().cloned().expect("an object");
        write_out(&mut object, "c");
        object.into()
    }

    #[test]
    fn shorthands_are_written_out() {
        let cases = [
            (
                json!({"image": "ezu/1", "target": "xywh=0,0,10,10"}),
                json!({"target": "triptych:/canvases/c#xywh=0,0,10,10", "body": {"type": "Image", "image": "ezu/1"}}),
            ),
            (json!({"body": "x", "target": "#t=1,2"}), json!({"body": "x", "target": "triptych:/canvases/c#t=1,2"})),
            (json!({"body": "x", "target": "https://x.org"}), json!({"body": "x", "target": "https://x.org"})),
            (json!({"image": "a", "body": "x"}), json!({"image": "a", "body": "x"})),
        ];
        for (sent, expected) in cases {
            assert_eq!(written_out(sent), expected);
        }
    }

    #[test]
    fn targets_lie_within_the_canvas() {
        let cases = [
            (FLAT, "xywh=0,0,100,200", None),
            (FLAT, "xywh=pixel:90.5,0,9.5,1", None),
            (FLAT, "xywh=percent:50,50,50,50", None),
            (FLAT, "xywh=percent:50,50,51,50", Some("outside")),
            (FLAT, "xywh=1,0,100,1", Some("outside")),
            (FLAT, "xywh=0,0,0,1", Some("more than 0")),
            (FLAT, "xywh=0,0,10", Some("four numbers")),
            (FLAT, "xywh=-1,0,10,10", Some("four numbers")),
            (FLAT, "xywh=0,0,1e1,10", Some("four numbers")),
            (FLAT, "t=1", Some("no duration")),
            (FLAT, "#x=1", Some("neither")),
            (TIMED, "t=1,60.5", None),
            (TIMED, "t=,9", None),
            (TIMED, "t=npt:9", None),
            (TIMED, "t=9,1", Some("later")),
            (TIMED, "t=1,61", Some("later")),
            (TIMED, "t=a", Some("moments")),
            (TIMED, "t=", Some("later")),
            (TIMED, "xywh=0,0,1,1", Some("no width")),
            (FLAT, "https://x.org/c", Some("that canvas")),
            (FLAT, "triptych:/canvases/d#xywh=0,0,1,1", Some("that canvas")),
        ];
        for (surface, target, part) in cases {
            let mut told = Vec::new();
            faults(&written_out(json!({"body": "x", "target": target})), surface, "/annotation", &mut told);
            match part {
                None => assert_eq!(told, [], "{target}"),
                Some(part) => assert!(
                    matches!(told.as_slice(), [one] if one.pointer == "/annotation/target" && one.detail.contains(part)),
                    "{target}: {told:?}"
                ),
            }
        }
    }

    #[test]
    fn other_faults_have_their_places() {
        let specific = json!({"type": "SpecificResource", "source": {"id": "triptych:/canvases/c"}, "selector": {"type": "PointSelector"}});
        let cases = [
            (FLAT, json!({"body": "x", "target": specific}), vec![]),
            (FLAT, json!({"body": "x", "target": {"id": "triptych:/canvases/c", "type": "Canvas"}}), vec![]),
            (FLAT, json!({"body": "x", "target": ["triptych:/canvases/c"]}), vec!["/target"]),
            (FLAT, json!({"body": "x", "target": {"source": 7}}), vec!["/target"]),
            (FLAT, json!({"image": "a", "body": {"type": "Video", "id": "x"}}), vec!["/image", "/body"]),
            (TIMED, json!({"image": "a"}), vec!["/body"]),
            (
                TIMED,
                json!({"body": {"type": "Choice", "items": [{"type": "Sound", "id": "x"}, {"type": "Video", "id": "y"}]}}),
                vec!["/body"],
            ),
            (TIMED, json!({"body": [{"type": "Sound", "id": "x"}, {"type": "TextualBody"}]}), vec![]),
        ];
        for (surface, sent, expected) in cases {
            let mut told = Vec::new();
            faults(&written_out(sent.clone()), surface, "", &mut told);
            assert_eq!(told.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>(), expected, "{sent}");
        }
    }
}
