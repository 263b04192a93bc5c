//! The table of settings.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;

use super::{
    fault::Fault,
    sources::Sources,
    values::{
        ColourChoice, LogFormat, Secret, StoragePlace, address, at_least_one, byte_count, byte_count_or_none, choice, colours, duration,
        header, image_place, networks, number, one_or_more, optional, path, pixels, quality, secret, text, web_url, yes_or_no,
    },
};

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Open,
    Hidden,
}

/// One row of the table, without its type.
#[derive(Debug)]
pub(super) struct Key {
    /// The TOML key; the flag is the same with dashes, the variable the same in capitals after `TRIPTYCH_`.
    pub name: &'static str,
    /// Variables of other programs that are understood too, first match wins.
    pub aliases: &'static [&'static str],
    pub default: &'static str,
    pub shown: Shown,
    pub help: &'static [&'static str],
}

impl Key {
    pub fn variable(&self) -> String {
        format!("TRIPTYCH_{}", self.name.to_ascii_uppercase())
    }
}

/// Help of a flag.
fn help(meaning: &str, default: &str) -> String {
    let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
    format!("{}{default}", meaning.trim())
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:literal => $parse:expr, $aliases:expr, $shown:ident;)*) => {
        /// Every setting, read and checked.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $name: $type,)*
        }

        /// The same settings as command line flags, to be flattened into a command line.
        #[derive(clap::Args, Clone, Debug, Default)]
        #[command(next_help_heading = "Settings")]
        pub struct Flags {
            /// File with settings; without it triptych.toml is read when it exists.
            #[arg(long, global = true, value_name = "FILE")]
            pub config: Option<PathBuf>,
            $(
                $(#[doc = $doc])+
                #[arg(long, global = true, value_name = "VALUE", help = help(concat!($($doc),+), $default))]
                pub $name: Option<String>,
            )*
        }

        pub(super) const KEYS: &[Key] = &[$(
            Key { name: stringify!($name), aliases: &$aliases, default: $default, shown: Shown::$shown, help: &[$($doc),+] },
        )*];

        impl Flags {
            /// What was given on the command line, by setting name.
            pub(super) fn given(&self) -> Vec<(&'static str, &str)> {
                let all = [$((stringify!($name), self.$name.as_deref()),)*];
                all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        }

        impl Settings {
            /// Reads every value; `None` when one of them is at fault.
            pub(super) fn read(sources: &Sources, faults: &mut Vec<Fault>) -> Option<Settings> {
                $(let $name: Option<$type> = sources.read(stringify!($name), $parse, faults);)*
                Some(Settings { $($name: $name?,)* })
            }
        }
    };
}

settings! {
    /// Address and port to listen on.
    listen: SocketAddr = "127.0.0.1:8080" => address, [], Open;
    /// PEM file with the certificate, and those that lead to its authority. With it only HTTPS is spoken; it is read again when it changes.
    tls_certificate: Option<PathBuf> = "" => optional(path), [], Open;
    /// PEM file with the private key of the certificate.
    tls_key: Option<PathBuf> = "" => optional(path), [], Open;
    /// Public http(s) URL of the service, path prefix included; every URL in every answer starts with it. Empty: the Host header serves.
    public_url: Option<String> = "" => optional(web_url), [], Open;
    /// Networks (CIDR, separated by commas) of the reverse proxies whose Forwarded headers count.
    trusted_proxies: Vec<IpNet> = "" => networks, [], Open;
    /// Whether documents come in the release candidate of Presentation 4.0, too, for clients that ask for it.
    presentation_4: bool = "false" => yes_or_no, [], Open;
    /// Networks (CIDR, separated by commas) that documents may be fetched from although they are not public.
    fetch_networks: Vec<IpNet> = "" => networks, [], Open;
    /// Largest document fetched from a URL, unpacked, in bytes.
    fetch_max_bytes: u64 = "64M" => byte_count, [], Open;
    /// Longest time for a document fetched from a URL, redirects included (ms, s, m or h; a bare number is seconds).
    fetch_timeout: Duration = "60s" => duration, [], Open;
    /// Directory for everything the service keeps on this machine.
    data: PathBuf = "./data" => path, [], Open;
    /// PostgreSQL URL. Empty: a private PostgreSQL is run inside the data directory.
    database_url: Option<Secret> = "" => optional(secret), ["DATABASE_URL"], Hidden;
    /// Largest number of database connections.
    database_connections: u32 = "10" => at_least_one, [], Open;
    /// Directory with the PostgreSQL programs for the private PostgreSQL. Empty: looked for in the usual places.
    pg_bindir: Option<PathBuf> = "" => optional(path), [], Open;
    /// Where images are kept: a directory or s3://bucket/prefix. Empty: the directory "images" inside the data directory.
    storage: Option<StoragePlace> = "" => optional(image_place), [], Open;
    /// URL of an S3-compatible store. Empty: Amazon's own.
    s3_endpoint: Option<String> = "" => optional(web_url), ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], Open;
    /// S3 region.
    s3_region: String = "us-east-1" => text, ["AWS_REGION", "AWS_DEFAULT_REGION"], Open;
    /// S3 access key id.
    s3_access_key: Option<Secret> = "" => optional(secret), ["AWS_ACCESS_KEY_ID"], Hidden;
    /// S3 secret access key.
    s3_secret_key: Option<Secret> = "" => optional(secret), ["AWS_SECRET_ACCESS_KEY"], Hidden;
    /// S3 session token, for temporary credentials.
    s3_session_token: Option<Secret> = "" => optional(secret), ["AWS_SESSION_TOKEN"], Hidden;
    /// Whether the bucket is named in the path (true) or in the host name (false).
    s3_path_style: bool = "true" => yes_or_no, [], Open;
    /// Whether files in the storage that no image is registered for are served to everyone.
    open_storage: bool = "true" => yes_or_no, [], Open;
    /// Widest image answered, in pixels (maxWidth).
    max_width: u32 = "10000" => at_least_one, [], Open;
    /// Highest image answered, in pixels (maxHeight).
    max_height: u32 = "10000" => at_least_one, [], Open;
    /// Largest area of an image answered, in pixels (maxArea).
    max_area: u64 = "40MP" => pixels, [], Open;
    /// Largest area decoded from a pyramid level for one answer, in pixels.
    max_region_area: u64 = "250MP" => pixels, [], Open;
    /// Largest upload of an image, in bytes.
    max_upload: u64 = "2G" => byte_count, [], Open;
    /// How long an unfinished upload is kept after its last bytes (ms, s, m or h; a bare number is seconds).
    upload_lifetime: Duration = "24h" => duration, [], Open;
    /// Largest JSON body, in bytes.
    max_body: u64 = "8M" => byte_count, [], Open;
    /// Largest master accepted, in pixels.
    max_source_pixels: u64 = "250MP" => pixels, [], Open;
    /// JPEG quality of answers, 1 to 100.
    jpeg_quality: u8 = "80" => quality, [], Open;
    /// WebP quality of answers, 1 to 100.
    webp_quality: u8 = "75" => quality, [], Open;
    /// What becomes of colour profiles: keep (sent along; one of more than 64 KiB is applied) or srgb (always applied).
    colours: ColourChoice = "keep" => colours, [], Open;
    /// Cache-Control of images and info.json.
    cache_images: String = "public, max-age=86400" => header, [], Open;
    /// Cache-Control of manifests, collections and annotation pages.
    cache_documents: String = "public, max-age=60" => header, [], Open;
    /// Memory for manifests that were written before, in bytes.
    document_cache_bytes: u64 = "64M" => byte_count, [], Open;
    /// Memory for the tile indexes of open images, in bytes.
    index_cache_bytes: u64 = "128M" => byte_count, [], Open;
    /// Memory for decoded tiles, which regions near each other share, in bytes.
    tile_cache_bytes: u64 = "64M" => byte_count, [], Open;
    /// Memory for finished images, in bytes.
    cache_bytes: u64 = "64M" => byte_count, [], Open;
    /// Space on disk, inside the data directory, for finished images that show a whole master; 0 for none.
    disk_cache_bytes: u64 = "1G" => byte_count_or_none, [], Open;
    /// Whether thumbnails and overviews of new images are made at once, in the background, and kept on disk.
    warm: bool = "true" => yes_or_no, [], Open;
    /// Space on disk, inside the data directory, for pyramids of plain files in the open storage; 0 serves pyramids only.
    plain_cache_bytes: u64 = "4G" => byte_count_or_none, [], Open;
    /// Threads that decode and encode tiles and thumbnails; 0 means one for each core.
    workers: usize = "0" => number, [], Open;
    /// Threads for larger images, which give way to everything else; 0 means one for each core but one.
    heavy_workers: usize = "0" => number, [], Open;
    /// How many larger images may be made or wait at a time; further requests are told to come again.
    queue: usize = "64" => one_or_more, [], Open;
    /// How long a request waits for its turn (ms, s, m or h; a bare number is seconds).
    patience: Duration = "10s" => duration, [], Open;
    /// Memory for the pixels of images that are being made, in bytes; 0 means a quarter of what the machine or container has.
    pixel_memory: u64 = "0" => byte_count_or_none, [], Open;
    /// Longest time an answer may take (ms, s, m or h; a bare number is seconds).
    request_timeout: Duration = "30s" => duration, [], Open;
    /// Largest number of connections at a time; more wait until one ends.
    max_connections: u32 = "10000" => at_least_one, [], Open;
    /// Longest time until the head of a request is whole.
    header_timeout: Duration = "15s" => duration, [], Open;
    /// Longest time that a connection stays open without a request.
    idle_timeout: Duration = "75s" => duration, [], Open;
    /// Longest time in which a client takes nothing of its answer, or sends nothing of its body.
    client_timeout: Duration = "30s" => duration, [], Open;
    /// Whether an empty private catalogue starts with an example item.
    demo: bool = "true" => yes_or_no, [], Open;
    /// What is logged: error, warn, info, debug, trace, or directives such as info,triptych=debug.
    log: String = "info" => text, [], Open;
    /// Form of the log: text or json.
    log_format: LogFormat = "text" => choice, [], Open;
}

impl Settings {
    /// Where images are kept, with the default filled in.
    pub fn storage_place(&self) -> StoragePlace {
        self.storage.clone().unwrap_or_else(|| StoragePlace::Folder(self.data.join("images")))
    }

    /// Files of the certificate and its key, if connections are to be encrypted.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        self.tls_certificate.as_deref().zip(self.tls_key.as_deref())
    }

    /// Threads for pixel work: the setting, or the number of cores.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            set => set,
        }
    }

    /// Threads for larger images: the setting, or all cores but one.
    pub fn heavy_worker_count(&self) -> usize {
        match self.heavy_workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1),
            set => set,
        }
    }

    /// Memory for pixels in flight, in megabytes: the setting, or a quarter of what there is, from 64 to 2048.
    pub fn pixel_megabytes(&self) -> u32 {
        let bytes = match self.pixel_memory {
            0 => (super::memory::available() / 4).clamp(64 << 20, 2048 << 20),
            set => set,
        };
        u32::try_from(bytes >> 20).unwrap_or(u32::MAX).max(4)
    }

    /// Whether the example item belongs here: wanted, and the catalogue is the private one.
    pub fn demo_wanted(&self) -> bool {
        self.demo && self.database_url.is_none()
    }
}
