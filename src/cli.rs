//! The command line: one sub-command for each thing an operator does.

mod convert;
mod derivatives;
mod ingest;
mod inspect;
mod omeka;
mod validate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::config::{Flags, Settings, Sources};
use crate::database::Database;
use crate::fetch::Fetcher;
use crate::formats::FormatLimits;
use crate::{api, server, telemetry};
use derivatives::Deed;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A IIIF service: items and canvases in, manifests and deep zoom out.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service (the default).
    Serve,
    /// Make, list and revoke keys for writing.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Show every setting that is in force, and where it comes from.
    Config,
    /// Write the OpenAPI document, as openapi.json and openapi.yaml, into a directory.
    Openapi {
        #[arg(default_value = "openapi")]
        directory: PathBuf,
    },
    /// Tell what image files are, what they will be like to serve, and what would mend them.
    Inspect(inspect::Arguments),
    /// Make pyramids of image files: tiled TIFFs with smaller versions, which are served fast.
    Convert(convert::Arguments),
    /// Make image files, or pictures in the storage of a service, the pages of an item of that service.
    ///
    /// The exit status is 0 if all went well, 1 if some pages failed, and 2 if nothing could be done. Run again, it goes on where it was.
    Ingest(ingest::Arguments),
    /// Tell what is wrong with a manifest or collection, which viewers it hits, and how to mend it.
    ///
    /// The exit status is 0 if nothing is broken, 1 if something is, and 2 if the document cannot be read.
    Validate(validate::Arguments),
    /// Bring published items into an Omeka S.
    Omeka {
        #[command(subcommand)]
        command: omeka::OmekaCommand,
    },
    /// Make the thumbnails and overviews of an item's images that are usually asked for, and keep them on disk.
    Warm {
        /// The item's id.
        item: String,
    },
    /// Remove what is kept on disk of an item's images; it is made again when it is asked for.
    ///
    /// A running service may have some of it in memory too: DELETE /api/v1/items/{id}/derivatives removes both.
    Purge {
        /// The item's id.
        item: String,
    },
    /// Ask the running service whether it is ready; the exit status tells.
    Health,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key and show it, this once.
    Create {
        /// Who or what will use it.
        name: String,
    },
    /// List all keys, revoked ones too.
    List,
    /// Make a key worthless.
    Revoke { id: Uuid },
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let Cli { command, flags } = Cli::parse();
    let (settings, sources) = match Settings::from_process(&flags) {
        Ok(loaded) => loaded,
        Err(error) => return fail(&error),
    };
    if let Err(error) = telemetry::init(settings.log_format, &settings.log) {
        return fail(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(command.unwrap_or(Command::Serve), settings, &sources)) {
        Ok(status) => status,
        Err(error) => fail(&*error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("triptych: {error}");
    ExitCode::from(2)
}

async fn run(command: Command, settings: Settings, sources: &Sources) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => server::serve(settings).await?,
        Command::Key { command } => key(command, &settings).await?,
        Command::Config => print!("{}", sources.listing()),
        Command::Openapi { directory } => write_openapi(&directory)?,
        Command::Inspect(arguments) => return Ok(inspect::run(&arguments, &limits(&settings))),
        Command::Convert(arguments) => return Ok(convert::run(&arguments, &limits(&settings))),
        Command::Ingest(arguments) => return ingest::run(arguments, &settings).await,
        Command::Validate(arguments) => return validate::run(&arguments, &Fetcher::new(server::fetch_settings(&settings))).await,
        Command::Omeka { command } => return omeka::run(command, &settings).await,
        Command::Warm { item } => return derivatives::run(Deed::Warm, &item, &settings).await,
        Command::Purge { item } => return derivatives::run(Deed::Purge, &item, &settings).await,
        Command::Health => ask_health(&settings).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What may be taken in.
fn limits(settings: &Settings) -> FormatLimits {
    FormatLimits { max_pixels: settings.max_source_pixels, ..FormatLimits::default() }
}

async fn key(command: KeyCommand, settings: &Settings) -> Result<(), Failure> {
    let database = Database::beside(server::database_settings(settings)).await?;
    let done = change_keys(command, &Catalog::new(database.pool.clone())).await;
    database.shutdown().await;
    done
}

async fn change_keys(command: KeyCommand, catalog: &Catalog) -> Result<(), Failure> {
    match command {
        KeyCommand::Create { name } => {
            let key = catalog.create_key(&name).await?;
            println!("{}", key.secret);
            eprintln!("This is key {}. It is shown only now: keep it where only its user can read it.", key.id);
        }
        KeyCommand::List => {
            for key in catalog.keys().await? {
                let state = key.revoked.map_or_else(|| "in use".to_owned(), |moment| format!("revoked {}", moment.date()));
                println!("{}  {}  {}  {}", key.id, key.created.date(), state, key.name);
            }
        }
        KeyCommand::Revoke { id } => {
            catalog.revoke_key(id).await?;
            println!("{id} is revoked");
        }
    }
    Ok(())
}

/// Needs neither database nor storage.
fn write_openapi(directory: &Path) -> Result<(), Failure> {
    let document = api::document();
    std::fs::create_dir_all(directory)?;
    std::fs::write(directory.join("openapi.json"), api::json(&document))?;
    std::fs::write(directory.join("openapi.yaml"), api::yaml(&document))?;
    Ok(())
}

/// Asks `/health/ready` of the service that listens where the settings say.
async fn ask_health(settings: &Settings) -> Result<(), Failure> {
    let port = settings.listen.port();
    let address = if settings.listen.ip().is_unspecified() { "127.0.0.1".parse()? } else { settings.listen.ip() };
    let asked = async {
        let stream = tokio::net::TcpStream::connect((address, port)).await?;
        match settings.tls() {
            Some(_) => ready(server::connections::encrypt(stream).await?).await,
            None => ready(stream).await,
        }
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), asked).await??;
    println!("{}", answer.lines().last().unwrap_or_default());
    if answer.split(' ').nth(1) == Some("200") { Ok(()) } else { Err("the service is not ready".into()) }
}

async fn ready(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<String> {
    stream.write_all(b"GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).await?;
    Ok(answer)
}
