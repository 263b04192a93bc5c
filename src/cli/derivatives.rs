//! `triptych warm` and `triptych purge`: on the catalogue and the disk of a service that may be running beside.

use std::process::ExitCode;
use std::sync::Arc;

use super::Failure;
use crate::api::App;
use crate::catalog::Catalog;
use crate::config::Settings;
use crate::database::Database;
use crate::image_service::ImageError;
use crate::server;

/// What is done with what is kept of images.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Warm,
    Purge,
}

/// Does it for every image of an item; one that fails does not keep the others. The status tells whether all went well.
pub(super) async fn run(deed: Deed, item: &str, settings: &Settings) -> Result<ExitCode, Failure> {
    let database = Database::beside(server::database_settings(settings)).await?;
    let done = on_each(deed, item, settings, &database).await;
    database.shutdown().await;
    done
}

async fn on_each(deed: Deed, item: &str, settings: &Settings, database: &Database) -> Result<ExitCode, Failure> {
    let app = server::app(settings, Catalog::new(database.pool.clone()), server::storage(settings).await?);
    let mut status = ExitCode::SUCCESS;
    for image in app.catalog.images_of_item(item).await? {
        match do_to(deed, &app, &image).await {
            Ok(said) => println!("{image}: {said}"),
            Err(error) => {
                eprintln!("triptych: {image}: {error}");
                status = ExitCode::FAILURE;
            }
        }
    }
    Ok(status)
}

async fn do_to(deed: Deed, app: &Arc<App>, image: &str) -> Result<String, ImageError> {
    match deed {
        Deed::Warm => Ok(format!("{} made", app.warming.now(image).await?)),
        Deed::Purge => app.warming.purge(image).await.map(|()| "purged".to_owned()),
    }
}
