//! Parts of a resource in space and time, as fragments (Media Fragments URI 1.0, section 4.2) and as selectors write them.

use serde_json::{Map, Value, json};

/// A part of a Canvas in its plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Area {
    /// x, y, width and height in the Canvas's own units.
    Pixels([f64; 4]),
    /// x, y, width and height in hundredths of its sides.
    Percent([f64; 4]),
    /// x and y of a point in the Canvas's own units.
    Point([f64; 2]),
}

/// A part of a Canvas in its time, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// One moment.
    At(f64),
    /// From a moment on, up to another or to the end.
    Span(f64, Option<f64>),
}

impl Area {
    /// The value of `xywh`: four numbers, perhaps after `pixel:` or `percent:`; something of the plane is inside.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (percent, numbers) = match (text.strip_prefix("percent:"), text.strip_prefix("pixel:")) {
            (Some(numbers), _) => (true, numbers),
            (None, numbers) => (false, numbers.unwrap_or(text)),
        };
        let numbers: Vec<f64> = numbers.split(',').map(decimal).collect::<Option<_>>()?;
        let numbers: [f64; 4] = numbers.try_into().ok()?;
        let [_, _, width, height] = numbers;
        let something = width > 0.0 && height > 0.0;
        something.then_some(if percent { Self::Percent(numbers) } else { Self::Pixels(numbers) })
    }
}

impl Time {
    /// The value of `t`: `start`, `start,end` or `,end`, perhaps after `npt:`, each in seconds or as `hh:mm:ss`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("npt:").unwrap_or(text);
        let Some((start, end)) = text.split_once(',') else { return Some(Self::Span(clock(text)?, None)) };
        let start = if start.is_empty() { 0.0 } else { clock(start)? };
        let end = clock(end)?;
        (start < end).then_some(Self::Span(start, Some(end)))
    }
}

/// Digits with at most one point; no sign, no exponent.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// Seconds, `mm:ss` or `hh:mm:ss`.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<f64> = text.split(':').map(decimal).collect::<Option<_>>()?;
    (parts.len() <= 3).then(|| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part)).filter(|seconds| seconds.is_finite())
}

/// The fragment that says area and time, without `#`; `None` for what only a selector says, and for nothing.
pub(super) fn fragment(area: Option<Area>, time: Option<Time>) -> Option<String> {
    let area = match area {
        Some(Area::Pixels([x, y, width, height])) => Some(format!("xywh={x},{y},{width},{height}")),
        Some(Area::Percent([x, y, width, height])) => Some(format!("xywh=percent:{x},{y},{width},{height}")),
        Some(Area::Point(_)) => return None,
        None => None,
    };
    let time = match time {
        Some(Time::Span(start, Some(end))) => Some(format!("t={start},{end}")),
        Some(Time::Span(start, None)) => Some(format!("t={start}")),
        Some(Time::At(_)) => return None,
        None => None,
    };
    let parts: Vec<String> = area.into_iter().chain(time).collect();
    (!parts.is_empty()).then(|| parts.join("&"))
}

/// The area and the time that a fragment says.
pub(super) fn of_fragment(fragment: &str) -> (Option<Area>, Option<Time>) {
    let value = |name: &str| fragment.split('&').rev().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    (value("xywh").and_then(Area::parse), value("t").and_then(Time::parse))
}

/// The selectors that say area and time where a fragment cannot: a point, and what is beside it.
pub(super) fn selectors(area: Option<Area>, time: Option<Time>) -> Vec<Value> {
    let mut point = Map::new();
    let (mut rest_area, mut rest_time) = (area, time);
    if let Some(Area::Point([x, y])) = area {
        point.extend([("x".to_owned(), number(x)), ("y".to_owned(), number(y))]);
        rest_area = None;
    }
    if let Some(Time::At(moment)) = time {
        point.insert("t".to_owned(), number(moment));
        rest_time = None;
    }
    let point = (!point.is_empty()).then(|| {
        point.shift_insert(0, "type".to_owned(), "PointSelector".into());
        Value::Object(point)
    });
    let media = "http://www.w3.org/TR/media-frags/";
    let rest = fragment(rest_area, rest_time).map(|value| json!({"type": "FragmentSelector", "conformsTo": media, "value": value}));
    point.into_iter().chain(rest).collect()
}

/// The area and the time that one selector says; those of kinds that are not known say nothing.
pub(super) fn of_selector(selector: &Value) -> (Option<Area>, Option<Time>) {
    let number = |name: &str| selector[name].as_f64().filter(|number| *number >= 0.0);
    match selector["type"].as_str() {
        Some("FragmentSelector") => {
            let value = selector["value"].as_str().unwrap_or_default();
            of_fragment(value.rsplit_once('#').map_or(value, |(_, fragment)| fragment))
        }
        Some("PointSelector") => (number("x").zip(number("y")).map(|(x, y)| Area::Point([x, y])), number("t").map(Time::At)),
        _ => (None, None),
    }
}

/// A whole number is written as one.
fn number(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value < 9e15;
    if whole { (value as u64).into() } else { value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas() {
        let pixels = |numbers| Some(Area::Pixels(numbers));
        for (text, want) in [
            ("1,2,3,4", pixels([1.0, 2.0, 3.0, 4.0])),
            ("pixel:1,2,3,4", pixels([1.0, 2.0, 3.0, 4.0])),
            ("0,0,0.5,10.25", pixels([0.0, 0.0, 0.5, 10.25])),
            ("percent:0,0,50,100", Some(Area::Percent([0.0, 0.0, 50.0, 100.0]))),
        ] {
            assert_eq!(Area::parse(text), want, "{text}");
        }
        for text in
            ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,0", "-1,2,3,4", "1e3,2,3,4", "inf,0,1,1", "NaN,0,1,1", "a,b,c,d", "1, 2,3,4"]
        {
            assert_eq!(Area::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, want) in [
            ("10,20", Time::Span(10.0, Some(20.0))),
            ("10", Time::Span(10.0, None)),
            (",20", Time::Span(0.0, Some(20.0))),
            ("npt:1.5,2.5", Time::Span(1.5, Some(2.5))),
            ("0:02:00,121.5", Time::Span(120.0, Some(121.5))),
            ("02:00", Time::Span(120.0, None)),
        ] {
            assert_eq!(Time::parse(text), Some(want), "{text}");
        }
        for text in ["", ",", "20,10", "10,10", "10,", "-1,2", "1:1:1:1", "x", "1,2,3"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fragments_name_each_part_once() {
        let both = (Some(Area::Pixels([1.0, 2.0, 3.5, 4.0])), Some(Time::Span(1.0, Some(2.0))));
        assert_eq!(fragment(both.0, both.1).as_deref(), Some("xywh=1,2,3.5,4&t=1,2"));
        assert_eq!(of_fragment("xywh=1,2,3.5,4&t=1,2"), both);
        assert_eq!(of_fragment("t=1,2&x=y&xywh=9,9,9,9&xywh=1,2,3.5,4"), both);
        assert_eq!(of_fragment("page=3"), (None, None));
        assert_eq!(fragment(None, None), None);
    }
}
