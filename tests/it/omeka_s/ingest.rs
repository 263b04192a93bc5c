//! What Omeka S 4 makes of an address at import, as it was seen to do.

use serde_json::Value;

use super::http::get;

/// Beyond this side the picture is refused by the limits that ImageMagick has on Debian.
const SIDE: u32 = 16_000;

/// What is stored of a medium.
#[derive(Clone, Debug)]
pub struct Medium {
    /// The whole document.
    pub data: Value,
    /// Size of the picture that the thumbnails are made of; without it there is a placeholder.
    pub picture: Option<(u32, u32)>,
}

/// The ingester of this name.
pub async fn ingest(ingester: &str, source: &str) -> Result<Medium, String> {
    match ingester {
        "iiif_presentation" => presentation(source).await,
        "iiif" => image(source).await,
        other => Err(format!("Media must set a valid ingester, not {other}.")),
    }
}

/// The ingester `iiif_presentation`.
pub async fn presentation(source: &str) -> Result<Medium, String> {
    let data = document(source).await?;
    let context = data["@context"].as_str().unwrap_or_default();
    let version = ["http://iiif.io/api/presentation/", "https://iiif.io/api/presentation/"]
        .iter()
        .find_map(|start| context.strip_prefix(start)?.strip_suffix("/context.json"));
    let (kind, thumbnail) = match version {
        Some("3") => (&data["type"], &data["thumbnail"][0]["id"]),
        Some("2") => (&data["@type"], &data["thumbnail"]["@id"]),
        _ => return Err("Invalid IIIF presentation JSON".to_owned()),
    };
    if !matches!(kind.as_str(), Some("Manifest" | "Collection" | "sc:Manifest" | "sc:Collection")) {
        return Err("Invalid IIIF presentation JSON".to_owned());
    }
    let picture = picture(thumbnail.as_str().map(str::to_owned)).await;
    Ok(Medium { data, picture })
}

/// The ingester `iiif`.
pub async fn image(source: &str) -> Result<Medium, String> {
    let data = document(source).await?;
    if data["protocol"] != "http://iiif.io/api/image" {
        return Err("the application fails with the status 500".to_owned());
    }
    let request = match data["@context"].as_str() {
        Some("http://iiif.io/api/image/3/context.json") => data["id"].as_str().map(|id| format!("{id}/full/max/0/default.jpg")),
        Some("http://iiif.io/api/image/2/context.json") => data["@id"].as_str().map(|id| format!("{id}/full/full/0/default.jpg")),
        _ => data["@id"].as_str().map(|id| format!("{id}/full/full/0/native.jpg")),
    };
    let picture = picture(request).await;
    Ok(Medium { data, picture })
}

async fn document(source: &str) -> Result<Value, String> {
    let got = get(source, "gzip, deflate").await?;
    if got.status != 200 {
        return Err(format!("Error reading the URL: status {}", got.status));
    }
    serde_json::from_slice(&got.body).map_err(|error| format!("Error decoding JSON: {error}"))
}

/// Whatever goes wrong with a picture is not told.
async fn picture(url: Option<String>) -> Option<(u32, u32)> {
    let got = get(&url?, "identity").await.ok().filter(|got| got.status == 200)?;
    let size = image::load_from_memory(&got.body).map(|picture| (picture.width(), picture.height())).ok()?;
    (size.0.max(size.1) <= SIDE).then_some(size)
}
