//! Content states.

use poem_openapi::Object;
use serde_json::Value;

use crate::api::problem::Problem;
use crate::iiif::content_state::{Area, Time};
use crate::iiif::presentation::Fault;

/// The place in an item that a content state opens.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct PlaceInput {
    /// The item's id.
    pub item: String,
    /// The id of one of its canvases; without it the item as a whole is opened.
    pub canvas: Option<String>,
    /// A part of the canvas: `x,y,w,h` in its own units.
    pub region: Option<String>,
    /// A part of the canvas's time in seconds: `start,end`, or `start` alone up to the end.
    pub time: Option<String>,
}

/// A content state, and how it travels.
#[derive(Object)]
pub struct ContentStateView {
    /// The content state: an Annotation with the motivation `contentState`.
    pub state: Value,
    /// The same as the value of `iiif-content` in the URL of any viewer.
    pub encoded: String,
    /// The place on the start page of this service.
    pub link: String,
}

impl PlaceInput {
    /// The parts of the canvas that are said, given its size and its duration where there are such.
    pub fn parts(&self, size: Option<(i32, i32)>, duration: Option<f64>) -> Result<(Option<Area>, Option<Time>), Problem> {
        let region = self.region.as_deref().map(|text| region(text, size)).transpose();
        let time = self.time.as_deref().map(|text| time(text, duration)).transpose();
        let faults = [("/region", region.as_ref().err()), ("/time", time.as_ref().err())];
        let mut faults: Vec<Fault> = faults.into_iter().filter_map(|(pointer, detail)| Some(fault(pointer, detail?))).collect();
        if self.canvas.is_none() {
            let parts = [("/region", &self.region), ("/time", &self.time)];
            let said = parts.into_iter().filter(|(_, part)| part.is_some());
            faults = said.map(|(pointer, _)| fault(pointer, "is a part of a canvas: say which canvas")).collect();
        }
        match (region, time) {
            (Ok(region), Ok(time)) if faults.is_empty() => Ok((region, time)),
            _ => Err(Problem::invalid(faults)),
        }
    }
}

fn fault(pointer: &str, detail: &str) -> Fault {
    Fault { pointer: pointer.to_owned(), detail: detail.to_owned() }
}

/// A rectangle in the canvas's own units, inside of the canvas.
fn region(text: &str, size: Option<(i32, i32)>) -> Result<Area, String> {
    let Some(area @ Area::Pixels([x, y, width, height])) = Area::parse(text) else {
        return Err("is x,y,w,h in the canvas's own units, such as 100,200,640,480".to_owned());
    };
    match size {
        Some((w, h)) if x + width <= f64::from(w) && y + height <= f64::from(h) => Ok(area),
        Some((w, h)) => Err(format!("goes beyond the canvas, which is {w} wide and {h} high")),
        None => Err("is a part of the plane, and the canvas has no width and height".to_owned()),
    }
}

/// A stretch of time that begins and ends within the duration, if the canvas has one.
fn time(text: &str, duration: Option<f64>) -> Result<Time, String> {
    let Some(time @ Time::Span(start, end)) = Time::parse(text) else {
        return Err("is start,end in seconds, such as 10,20".to_owned());
    };
    match duration {
        Some(duration) if start >= duration || end.is_some_and(|end| end > duration) => {
            Err(format!("goes beyond the canvas, which lasts {duration} s"))
        }
        _ => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_lie_inside_of_the_canvas() {
        for (text, right) in [
            ("0,0,300,200", true),
            ("299,199,1,1", true),
            ("0.5,0.5,10.5,10", true),
            ("0,0,301,200", false),
            ("0,1,300,200", false),
            ("300,0,1,1", false),
            ("0,0,0,10", false),
            ("percent:0,0,10,10", false),
            ("full", false),
            ("-1,0,10,10", false),
            ("99999999999999999999999999999999,0,1,1", false),
        ] {
            assert_eq!(region(text, Some((300, 200))).is_ok(), right, "{text}");
        }
        assert!(region("0,0,1,1", None).is_err());
    }

    #[test]
    fn times_lie_within_the_duration() {
        for (text, right) in [("10,20", true), ("0,30.5", true), ("30", true), ("30.5", false), ("10,31", false), ("20,10", false)] {
            assert_eq!(time(text, Some(30.5)).is_ok(), right, "{text}");
        }
        assert!(time("10,20", None).is_ok());
    }
}
