//! The first minutes: a key, something to look at, and where to look.

use std::io::Write;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::api::App;
use crate::catalog::{CanvasContent, CatalogError, ItemContent, NewCanvas, Status};
use crate::config::Settings;
use crate::demo::{Plate, plates};
use crate::iiif::presentation::{Descriptive, LabelValue, LanguageMap, ViewingDirection};
use crate::iiif::uris::Uris;
use crate::ingest::MasterError;
use crate::pyramid::{RowError, RowSource, WriteOptions, write};
use crate::raster::Channels;

/// Id of the demonstration item.
const ITEM: &str = "book-of-lines";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Makes the first key of a private catalogue and shows it, this once.
pub async fn first_key(app: &App, settings: &Settings, private: bool) -> Result<(), Failure> {
    if !private || !app.catalog.keys().await?.is_empty() {
        return Ok(());
    }
    let key = app.catalog.create_key("first").await?;
    println!("\nA key for writing, shown only now:\n\n    {}\n", key.secret);
    println!("Use it as `Authorization: Bearer …`. More: triptych key create NAME --data {}\n", settings.data.display());
    Ok(())
}

/// Says where the service is, loads the demonstration if it belongs here, and says where to look.
pub async fn show(app: Arc<App>, settings: Settings, private: bool) {
    let uris = Uris::new(&settings.public_url.clone().unwrap_or_else(|| local_url(&settings)));
    println!("Triptych is at      {} (Ctrl-C stops it)", uris.home());
    if private
        && settings.demo_wanted()
        && let Err(error) = load(&app).await
    {
        tracing::error!("the demonstration could not be loaded: {error}");
    }
    if app.catalog.item(ITEM).await.is_ok() {
        println!("a manifest          {}", uris.manifest(ITEM));
        println!("an image            {}", uris.image_info(3, &image_id(&plates()[0])));
    }
    println!("all published items {}", uris.collections());
    println!("REST interface      {}", uris.api_docs());
}

/// What to type into a browser on this machine.
fn local_url(settings: &Settings) -> String {
    let (ip, port) = (settings.listen.ip(), settings.listen.port());
    let scheme = if settings.tls().is_some() { "https" } else { "http" };
    match ip {
        _ if ip.is_unspecified() => format!("{scheme}://localhost:{port}"),
        IpAddr::V4(ip) => format!("{scheme}://{ip}:{port}"),
        IpAddr::V6(ip) => format!("{scheme}://[{ip}]:{port}"),
    }
}

fn image_id(plate: &Plate) -> String {
    format!("{ITEM}/{}", plate.slug)
}

/// Draws the plates that are not there yet, then publishes the book. Started again after an interruption it goes on where it was.
async fn load(app: &Arc<App>) -> Result<(), MasterError> {
    match app.catalog.item(ITEM).await {
        Err(CatalogError::NotFound(_)) => {}
        other => return Ok(other.map(drop).or_else(|error| if matches!(error, CatalogError::Gone(_)) { Ok(()) } else { Err(error) })?),
    }
    println!("Drawing the demonstration, a book of {} plates …", plates().len());
    let stop = Stop::default();
    for (number, plate) in plates().iter().enumerate() {
        if app.catalog.image(&image_id(plate)).await.is_ok() {
            continue;
        }
        let stopped = stop.0.clone();
        let path = tokio::task::spawn_blocking(move || drawn(plate, stopped)).await;
        let path = path.map_err(|error| MasterError::Scratch(std::io::Error::other(error)))?;
        app.masters.add(&image_id(plate), false, path.map_err(MasterError::Scratch)?.path()).await?;
        println!("  plate {} of {}: {} ({} x {})", number + 1, plates().len(), plate.title, plate.width, plate.height);
    }
    app.catalog.create_item(Some(ITEM.to_owned()), &book()).await?;
    Ok(())
}

fn book() -> ItemContent {
    let text = |text: &str| LanguageMap::new("en", text);
    let pair = |label: &str, value: &str| LabelValue { label: text(label), value: text(value) };
    let canvas = |plate: &Plate| NewCanvas {
        id: Some(plate.slug.to_owned()),
        content: CanvasContent {
            descriptive: Descriptive { label: text(plate.title), ..Descriptive::default() },
            image: Some(image_id(plate)),
            ..CanvasContent::default()
        },
    };
    let descriptive = Descriptive {
        label: text("The Book of Lines"),
        summary: text("Plates drawn by the program itself: look closely."),
        metadata: vec![pair("Artist", "Triptych"), pair("Technique", "Arithmetic on paper that is arithmetic, too")],
        rights: Some("http://creativecommons.org/publicdomain/zero/1.0/".to_owned()),
        required_statement: Some(pair("Attribution", "Drawn by Triptych")),
        viewing_direction: Some(ViewingDirection::LeftToRight),
        behavior: vec!["individuals".to_owned()],
        ..Descriptive::default()
    };
    ItemContent { status: Status::Published, descriptive, canvases: Some(plates().iter().map(canvas).collect()) }
}

/// Ends a drawing when the task that waits for it ends, so that a stop of the service need not wait for a whole plate.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The plate as a pyramid in a temporary file.
fn drawn(plate: &'static Plate, stopped: Arc<AtomicBool>) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    let mut out = std::io::BufWriter::new(file.as_file_mut());
    write(&mut out, &mut Drawing { plate, row: 0, stopped }, &WriteOptions::default()).map_err(std::io::Error::other)?;
    out.flush()?;
    drop(out);
    Ok(file)
}

/// A plate as rows, drawn on two threads at a time.
struct Drawing {
    plate: &'static Plate,
    row: u32,
    stopped: Arc<AtomicBool>,
}

impl RowSource for Drawing {
    fn width(&self) -> u32 {
        self.plate.width
    }

    fn height(&self) -> u32 {
        self.plate.height
    }

    fn channels(&self) -> Channels {
        Channels::Rgb
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(RowError::Read(std::io::ErrorKind::Interrupted.into()));
        }
        let stride = self.plate.width as usize * 3;
        let count = rows.len() / stride;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = count.div_ceil(threads).max(1);
        let (plate, first) = (self.plate, self.row);
        std::thread::scope(|scope| {
            for (number, band) in rows.chunks_mut(share * stride).enumerate() {
                scope.spawn(move || plate.draw_rows(first + (number * share) as u32, band));
            }
        });
        self.row += count as u32;
        Ok(())
    }
}
