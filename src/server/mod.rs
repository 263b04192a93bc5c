//! The service as a process: database, storage and routes put together, started and stopped.

mod compress;
pub mod connections;
mod descriptors;
mod edge;
mod metrics;
mod routed;
mod welcome;

use std::sync::Arc;

use poem::EndpointExt;
use tokio::net::TcpListener;

use crate::api::{self, Addressing, App, Infos, Shelf};
use crate::catalog::Catalog;
use crate::config::{ColourChoice, Settings, StoragePlace};
use crate::database::{Database, DatabaseSettings};
use crate::fetch::{FetchSettings, Fetcher};
use crate::formats::FormatLimits;
use crate::iiif::image::Limits;
use crate::image_service::{ColourPolicy, DerivativeSettings, ImageService, ImageSettings, LaneSettings, PlainSettings};
use crate::ingest::{ConversionSettings, Documents, Jobs, Masters, Others, Puller, UploadSettings, Uploads, Warming};
use crate::manifests::Manifests;
use crate::render::EncodeOptions;
use crate::storage::{Storage, StorageError};
use crate::web;
use connections::{Answer, Connections, Tls, TlsError};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the service until it is told to stop.
pub async fn serve(settings: Settings) -> Result<(), Failure> {
    descriptors::raise(settings.max_connections);
    std::fs::create_dir_all(&settings.data).map_err(|error| format!("{}: {error}", settings.data.display()))?;
    let database = Database::open(database_settings(&settings)).await?;
    let served = serve_on(&settings, &database).await;
    database.shutdown().await;
    served
}

async fn serve_on(settings: &Settings, database: &Database) -> Result<(), Failure> {
    let catalog = Catalog::new(database.pool.clone());
    let app = app(settings, catalog.clone(), storage(settings).await?);
    let tls = tls(settings)?;
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}; choose another with --listen", settings.listen))?;
    let listening = tokio::spawn(catalog.listen());
    app.masters.sweep().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(app.jobs.clone().run(async { drop(stopped.await) }));
    welcome::first_key(&app, settings, database.is_private()).await?;
    let showing = tokio::spawn(welcome::show(app.clone(), settings.clone(), database.is_private()));
    let sweeping = tokio::spawn(app.uploads.clone().keep_swept());
    let served = connections::run(listener, tls, Arc::new(answer(app, settings)), limits(settings), told_to_stop()).await;
    showing.abort();
    drop(stop);
    if let Err(error) = working.await {
        tracing::warn!("what was being worked on is begun again later: {error}");
    }
    listening.abort();
    sweeping.abort();
    Ok(served?)
}

/// What answers on connections: everything that a request may meet.
pub fn answer(app: Arc<App>, settings: &Settings) -> impl Answer + use<> {
    let routes = api::routes().at("/", web::home()).data(app.clone());
    edge::Edge::new(routed::Routed::new(routes, settings.client_timeout), app, settings.request_timeout)
}

/// The bounds of connections.
pub fn limits(settings: &Settings) -> Connections {
    Connections {
        most: settings.max_connections,
        head: settings.header_timeout,
        idle: settings.idle_timeout,
        stalled: settings.client_timeout,
        ..Connections::default()
    }
}

/// What encrypts connections, if the settings name a certificate.
pub fn tls(settings: &Settings) -> Result<Option<Tls>, TlsError> {
    settings.tls().map(|(certificate, key)| Tls::open(certificate, key)).transpose()
}

/// Puts the parts together.
pub fn app(settings: &Settings, catalog: Catalog, storage: Storage) -> Arc<App> {
    let limits = Limits { max_width: settings.max_width, max_height: settings.max_height, max_area: settings.max_area };
    let format_limits = FormatLimits { max_pixels: settings.max_source_pixels, ..FormatLimits::default() };
    let image_settings = ImageSettings {
        limits,
        max_source_area: settings.max_region_area,
        open_storage: settings.open_storage,
        encode: EncodeOptions { jpeg_quality: settings.jpeg_quality, webp_quality: settings.webp_quality },
        colours: match settings.colours {
            ColourChoice::Keep => ColourPolicy::Keep,
            ColourChoice::Srgb => ColourPolicy::Srgb,
        },
        lanes: LaneSettings {
            quick: settings.worker_count(),
            heavy: settings.heavy_worker_count(),
            queue: settings.queue,
            patience: settings.patience,
            memory: settings.pixel_megabytes(),
        },
        index_cache: settings.index_cache_bytes,
        tile_cache: settings.tile_cache_bytes,
        derivatives: DerivativeSettings {
            memory: settings.cache_bytes,
            disk: settings.disk_cache_bytes,
            folder: settings.data.join("cache").join("derivatives"),
        },
        plain: PlainSettings {
            folder: settings.data.join("cache").join("pyramids"),
            disk: settings.plain_cache_bytes,
            max_file: settings.max_upload,
            limits: format_limits,
        },
    };
    let upload_settings = UploadSettings { max_length: settings.max_upload, lifetime: settings.upload_lifetime };
    let uploads = Uploads::new(catalog.clone(), storage.clone(), upload_settings);
    let images = ImageService::new(catalog.clone(), storage, image_settings);
    let scratch = settings.data.join("uploads");
    let warming = Warming::new(images.clone());
    let shelf = Shelf::of(&catalog, settings.document_cache_bytes);
    let fetcher = Fetcher::new(fetch_settings(settings));
    let at_once = settings.warm.then(|| warming.clone());
    let conversions = ConversionSettings { limits: format_limits, threads: settings.worker_count(), memory: settings.pixel_megabytes() };
    let puller = Puller::new(fetcher.clone(), scratch.clone(), format_limits, settings.max_upload);
    let others = Others { fetcher: fetcher.clone(), puller, uploads: uploads.clone() };
    let masters = Masters::new(catalog.clone(), images.clone(), at_once, scratch, conversions, settings.max_upload);
    Arc::new(App {
        jobs: Jobs::new(catalog.clone(), masters.clone(), images.storage().clone(), others, settings.worker_count()),
        masters,
        uploads,
        warming,
        manifests: Manifests::new(catalog.clone(), limits),
        documents: Documents::new(catalog.clone(), fetcher.clone()),
        catalog,
        images,
        fetcher,
        addressing: Addressing { public_url: settings.public_url.clone(), trusted_proxies: settings.trusted_proxies.clone() },
        infos: Infos::default(),
        shelf,
        maker: settings.public_url.as_deref().map(|url| api::maker(url, &limits)),
        cache_images: settings.cache_images.clone(),
        cache_documents: settings.cache_documents.clone(),
        presentation_4: settings.presentation_4,
        max_body: settings.max_body,
    })
}

/// What may be fetched from elsewhere.
pub fn fetch_settings(settings: &Settings) -> FetchSettings {
    FetchSettings { networks: settings.fetch_networks.clone(), max_bytes: settings.fetch_max_bytes, timeout: settings.fetch_timeout }
}

/// What the database needs to know of the settings.
pub fn database_settings(settings: &Settings) -> DatabaseSettings {
    DatabaseSettings {
        url: settings.database_url.as_ref().map(|url| url.expose().to_owned()),
        data: settings.data.clone(),
        pg_bindir: settings.pg_bindir.clone(),
        connections: settings.database_connections,
    }
}

/// The storage that the settings name.
pub async fn storage(settings: &Settings) -> Result<Storage, StorageError> {
    match settings.storage_place() {
        StoragePlace::Folder(root) => Storage::directory(root),
        StoragePlace::S3 { bucket, prefix } => s3(settings, bucket, prefix).await,
    }
}

#[cfg(feature = "s3")]
async fn s3(settings: &Settings, bucket: String, prefix: String) -> Result<Storage, StorageError> {
    let secret = |secret: &Option<crate::config::Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
    Storage::s3(crate::storage::S3Settings {
        bucket,
        prefix,
        endpoint: settings.s3_endpoint.clone(),
        region: Some(settings.s3_region.clone()),
        access_key: secret(&settings.s3_access_key),
        secret_key: secret(&settings.s3_secret_key),
        session_token: secret(&settings.s3_session_token),
        force_path_style: settings.s3_path_style,
        ..crate::storage::S3Settings::default()
    })
    .await
}

#[cfg(not(feature = "s3"))]
async fn s3(_: &Settings, _: String, _: String) -> Result<Storage, StorageError> {
    Err(StorageError::InvalidSettings("this program was built without the feature s3".to_owned()))
}

/// Resolves when the process is told to end: Ctrl-C or SIGTERM.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut signals = Vec::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        match signal(kind) {
            Ok(signal) => signals.push(signal),
            Err(error) => tracing::error!("signals cannot be received: {error}"),
        }
    }
    futures_util::future::select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
    tracing::info!("stopping");
}
