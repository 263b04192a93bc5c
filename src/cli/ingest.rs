//! `triptych ingest`: pictures of this machine, or of the storage of a service, become the pages of an item of that service.
//!
//! Everything goes through the REST interface, so it works from any machine. Run again, it goes on where it was.

mod pages;
mod service;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::Failure;
use crate::config::Settings;
use crate::ingest::{is_picture, natural};
use pages::Pages;
use service::{Refused, Service};

/// Uploads under way at a time: one is sent while another is converted.
const AT_A_TIME: usize = 2;
/// How often a job is asked how far it is.
const ASKED: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("from").required(true).args(["files", "prefix"])))]
pub(super) struct Arguments {
    /// Image files, or folders of them: pages in the order in which people count, 2 before 10.
    #[arg(value_name = "FILE|FOLDER")]
    files: Vec<PathBuf>,
    /// Instead: pictures that are in the storage of the service already, whose keys begin like this.
    #[arg(long)]
    prefix: Option<String>,
    /// Id of the item; it is made, as a draft, if it is not there.
    #[arg(long)]
    item: String,
    /// Label of a new item; its id if it is not given.
    #[arg(long)]
    label: Option<String>,
    /// Publish the item once all pages are there.
    #[arg(long)]
    publish: bool,
    /// Where the service is. Without it, where the settings say that one listens on this machine.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A key made with `triptych key create`.
    #[arg(long, env = "TRIPTYCH_KEY", hide_env_values = true)]
    key: String,
}

/// Ingests; the status tells whether all went well.
pub(super) async fn run(arguments: Arguments, settings: &Settings) -> Result<ExitCode, Failure> {
    let server = arguments.server.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
    let service = Service::new(&server, &arguments.key);
    match &arguments.prefix {
        Some(prefix) => from_storage(&service, &arguments, prefix).await,
        None => from_files(&service, &arguments).await,
    }
}

async fn from_files(service: &Service, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let files = pictures(&arguments.files)?;
    make_item(service, arguments).await?;
    let mut pages = Pages::of(service, &arguments.item).await?;
    let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    let send = |file: PathBuf| {
        let (image, bar) = (format!("{}/{}", arguments.item, name(&file)), bars.add(bar(&name(&file))));
        async move {
            let sent = service.upload(&image, &file, &bar).await;
            bar.finish_and_clear();
            (file, image, sent)
        }
    };
    let mut failed = 0;
    let mut uploads = std::pin::pin!(stream::iter(files.iter().cloned()).map(send).buffered(AT_A_TIME));
    while let Some((file, image, sent)) = uploads.next().await {
        let done = match sent {
            Ok(()) => pages.add(service, &image, stem(&file)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            failed += 1;
            bars.suspend(|| eprintln!("triptych: {}: {error}", file.display()));
        }
    }
    if failed == 0 && arguments.publish {
        service.json("PATCH", &["items", &arguments.item], &json!({"status": "published"})).await?;
    }
    println!("{}: {} of {} pages", arguments.item, files.len() - failed, files.len());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes the item unless it is there.
async fn make_item(service: &Service, arguments: &Arguments) -> Result<(), Refused> {
    let label = arguments.label.as_ref().unwrap_or(&arguments.item);
    match service.json("POST", &["items"], &json!({"id": arguments.item, "label": {"none": [label]}})).await {
        Err(Refused::Answer { status: 409, .. }) => Ok(()),
        made => made.map(drop),
    }
}

/// Has the service do it, and watches.
async fn from_storage(service: &Service, arguments: &Arguments, prefix: &str) -> Result<ExitCode, Failure> {
    let mut body = json!({"item": arguments.item, "prefix": prefix});
    if let Some(label) = &arguments.label {
        body["label"] = json!({"none": [label]});
    }
    if arguments.publish {
        body["status"] = "published".into();
    }
    let mut job = service.json("POST", &["jobs"], &body).await?;
    let id = job["id"].as_str().unwrap_or_default().to_owned();
    let bar = bar(prefix);
    bar.set_length(1000);
    while job["finished"].is_null() {
        bar.set_position((job["progress"].as_f64().unwrap_or(0.0) * 1000.0) as u64);
        tokio::time::sleep(ASKED).await;
        job = service.json("GET", &["jobs", &id], &Value::Null).await?;
    }
    bar.finish_and_clear();
    let counts = &job["entries"];
    println!("{}: {} of {} pages; job {id}", arguments.item, counts["done"], counts["total"]);
    if counts["done"] == counts["total"] {
        return Ok(ExitCode::SUCCESS);
    }
    let failed = service.json("GET", &["jobs", &id, "entries?state=failed&limit=500"], &Value::Null).await?;
    for error in failed["items"].as_array().into_iter().flatten().filter_map(|entry| entry["error"].as_str()) {
        eprintln!("triptych: {error}");
    }
    Ok(ExitCode::FAILURE)
}

/// The pictures among these files and in these folders, in order.
fn pictures(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries: Vec<PathBuf> =
            std::fs::read_dir(path).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())?;
        let mut found: Vec<PathBuf> = entries.into_iter().filter(|path| path.is_file() && is_picture(&name(path))).collect();
        found.sort_by(|a, b| natural(&name(a), &name(b)));
        if found.is_empty() {
            return Err(format!("{}: there are no pictures in this folder", path.display()).into());
        }
        files.extend(found);
    }
    let mut names = std::collections::HashSet::new();
    match files.iter().find(|file| !names.insert(name(file))) {
        Some(twice) => {
            Err(format!("{}: another file of the same name is to be a page, too; ingest one of them by itself", twice.display()).into())
        }
        None => Ok(files),
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// Shown on a terminal only.
fn bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}% {eta:>4}").unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_pages_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["10.tif", "9.jpg", "notes.txt", "cover.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = pictures(&[folder.path().join("cover.png"), folder.path().to_owned()]);
        assert!(found.is_err_and(|error| error.to_string().contains("cover.png")), "once alone and once in the folder");
        let names: Vec<String> = pictures(&[folder.path().to_owned()]).unwrap().iter().map(|file| name(file)).collect();
        assert_eq!(names, ["9.jpg", "10.tif", "cover.png"]);
        assert!(pictures(&[tempfile::tempdir().unwrap().path().to_owned()]).is_err());
    }
}
