//! Pictures of canvases, from our own image service.

use crate::api::{App, Problem};
use crate::catalog::{Canvas, Image};
use crate::iiif::content_state::Area;
use crate::iiif::uris::Uris;

/// Longest side of a picture.
const SIDE: u32 = 1000;

/// URL of a picture of the canvas, or of a part of it, if one of our images is on it.
pub async fn picture(app: &App, uris: &Uris, canvas: &Canvas, area: Option<Area>) -> Result<Option<String>, Problem> {
    let Some(id) = &canvas.image_id else { return Ok(None) };
    let image: Image = app.catalog.image(id).await?;
    let size = [image.width, image.height].map(f64::from);
    let plane = canvas.width.zip(canvas.height).map(|(width, height)| [width, height].map(f64::from));
    let region = plane.and_then(|plane| region(area, plane, size)).unwrap_or_else(|| "full".to_owned());
    Ok(Some(uris.image_request(3, id, &format!("{region}/!{SIDE},{SIDE}/0/default.jpg"))))
}

/// The pixels of the image that show an area of the canvas; `None` for the whole, and where there are none.
fn region(area: Option<Area>, canvas: [f64; 2], image: [f64; 2]) -> Option<String> {
    let ([x, y, width, height], whole) = match area? {
        Area::Pixels(numbers) => (numbers, canvas),
        Area::Percent(numbers) => (numbers, [100.0, 100.0]),
        Area::Point(_) => return None,
    };
    let (left, right) = span(x, width, image[0] / whole[0], image[0])?;
    let (top, bottom) = span(y, height, image[1] / whole[1], image[1])?;
    let all = (left, top, right, bottom) == (0.0, 0.0, image[0], image[1]);
    (!all).then(|| format!("{left},{top},{},{}", right - left, bottom - top))
}

/// Whole pixels around a stretch of one side, as far as they are on the image.
fn span(start: f64, length: f64, scale: f64, side: f64) -> Option<(f64, f64)> {
    let (first, last) = ((start * scale).floor(), ((start + length) * scale).ceil().min(side));
    (first.is_finite() && first < last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_of_the_canvas_become_pixels_of_the_image() {
        let (canvas, image) = ([100.0, 50.0], [1000.0, 500.0]);
        for (area, want) in [
            (Area::Pixels([10.0, 5.0, 20.0, 10.0]), Some("100,50,200,100")),
            (Area::Pixels([10.05, 5.0, 0.01, 0.01]), Some("100,50,1,1")),
            (Area::Pixels([90.0, 40.0, 90.0, 90.0]), Some("900,400,100,100")),
            (Area::Percent([50.0, 50.0, 50.0, 50.0]), Some("500,250,500,250")),
            (Area::Pixels([0.0, 0.0, 100.0, 50.0]), None),
            (Area::Pixels([0.0, 0.0, 1e300, 1e300]), None),
            (Area::Pixels([100.0, 0.0, 10.0, 10.0]), None),
            (Area::Pixels([1e308, 1e308, 1e308, 1e308]), None),
            (Area::Point([5.0, 5.0]), None),
        ] {
            assert_eq!(region(Some(area), canvas, image).as_deref(), want, "{area:?}");
        }
        assert_eq!(region(None, canvas, image), None);
    }
}
