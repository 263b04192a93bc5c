//! The laws of the house, kept by reading the sources. Each law is also shown to fire on a sample that breaks it.

mod sources;

use sources::{Source, everything, files, library, top};

/// What each room may use besides itself, from the ground up. All may use `iiif` and `raster`, which stand on nothing of ours.
const ROOMS: &[(&str, &[&str])] = &[
    ("iiif", &[]),
    ("raster", &[]),
    ("demo", &[]),
    ("fetch", &[]),
    ("config", &[]),
    ("database", &[]),
    ("telemetry", &["config"]),
    ("storage", GROUND),
    ("pyramid", GROUND),
    ("render", GROUND),
    ("catalog", GROUND),
    ("omeka", GROUND),
    ("formats", &["iiif", "raster", "pyramid", "render"]),
    ("image_service", &["iiif", "raster", "storage", "pyramid", "render", "catalog", "formats"]),
    ("manifests", &["iiif", "raster", "storage", "pyramid", "render", "catalog"]),
    ("ingest", &["iiif", "raster", "storage", "pyramid", "render", "catalog", "formats", "image_service", "fetch"]),
    ("api", BELOW_HTTP),
    (
        "web",
        &["iiif", "raster", "storage", "pyramid", "render", "catalog", "formats", "image_service", "manifests", "ingest", "fetch", "api"],
    ),
    ("server", ALL),
    ("cli", ALL),
    ("lib", &[]),
    ("main", &[]),
];
const GROUND: &[&str] = &["iiif", "raster"];
const BELOW_HTTP: &[&str] =
    &["iiif", "raster", "storage", "pyramid", "render", "catalog", "formats", "image_service", "manifests", "ingest", "fetch", "omeka"];
/// The process itself puts everything together.
const ALL: &[&str] = &[
    "iiif",
    "raster",
    "storage",
    "pyramid",
    "render",
    "catalog",
    "formats",
    "image_service",
    "manifests",
    "ingest",
    "fetch",
    "omeka",
    "api",
    "web",
    "server",
    "config",
    "database",
    "demo",
    "telemetry",
];

/// Which files may use an outside crate.
const OWNERS: &[(&str, &[&str])] = &[
    ("sqlx", &["catalog/", "database/"]),
    ("aws_sdk_s3", &["storage/s3.rs", "storage/s3/"]),
    ("aws_smithy_http_client", &["storage/s3.rs", "storage/s3/"]),
    ("zstd", &["pyramid/"]),
    ("turbojpeg", &["render/", "pyramid/", "formats/"]),
    ("image", &["render/", "pyramid/", "formats/"]),
    ("webp", &["render/", "pyramid/", "formats/"]),
    ("png", &["render/", "pyramid/", "formats/"]),
    ("tiff", &["render/"]),
    ("fast_image_resize", &["render/"]),
    ("poem", &["api/", "web/", "server/"]),
    ("poem_openapi", &["api/", "web/", "server/"]),
    ("moxcms", &["render/"]),
    ("hayro_jpeg2000", &["formats/"]),
    ("hayro", &["formats/pdf/"]),
    ("sha1", &["ingest/uploads/"]),
    ("indicatif", &["cli/"]),
    ("clap", &["cli.rs", "cli/", "config/"]),
    ("hyper", &["server/", "api/", "fetch/"]),
    ("hyper_util", &["server/", "fetch/"]),
    ("tokio_rustls", &["server/", "fetch/"]),
    ("url", &["fetch/"]),
    ("webpki_roots", &["fetch/"]),
    ("encoding_rs", &["ingest/spreadsheet/"]),
];

/// Where the versions of the specifications are told apart.
const VERSIONED: &[&str] = &[
    "iiif/image/version.rs",
    "iiif/image/info.rs",
    "iiif/image/size.rs",
    "iiif/image/resolved.rs",
    "iiif/presentation/as_2/services.rs",
    "iiif/presentation/upgrade/mod.rs",
    "iiif/presentation/upgrade/version.rs",
    "iiif/presentation/validate/context.rs",
    "iiif/presentation/validate/mod.rs",
    "ingest/pull/plan.rs",
    "ingest/pull/service.rs",
    "manifests.rs",
    "api/image.rs",
    "api/presentation.rs",
    "api/documents.rs",
];

/// Lines after which a file has to say why it is long.
const LONG: usize = 400;
const SAYS_WHY: &str = "This file is long because";

// Rooms.

/// The rooms that a file names, other than its own.
fn used_rooms(source: &Source) -> Vec<String> {
    let below = source.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = if matches!(below, "lib" | "main") { 0 } else { below.split('/').count() };
    let from_root = source.words("crate").map(|at| &source.code[at + "crate".len()..]);
    let upwards = source.words("super").filter_map(|at| {
        let rest = &source.code[at..];
        let steps = rest.split("::").take_while(|part| part.trim() == "super").count();
        let first = !source.code[..at].trim_end().ends_with("super::");
        (first && steps == depth).then(|| &rest[steps * "super::".len() - "::".len()..])
    });
    let mut rooms: Vec<String> = from_root.chain(upwards).flat_map(heads).filter(|room| room != source.room()).collect();
    rooms.sort();
    rooms.dedup();
    rooms
}

/// The names right behind `::`, one or a list in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect::<String>();
    let Some(rest) = rest.trim_start().strip_prefix("::").map(str::trim_start) else { return Vec::new() };
    let Some(list) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !character.is_whitespace() => {
                names.push(name(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn against_rooms(source: &Source) -> Vec<String> {
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room()) else {
        return vec![format!("{}: {} is no room of the house", source.path, source.room())];
    };
    let used = used_rooms(source).into_iter().filter(|room| !allowed.contains(&room.as_str()));
    used.map(|room| format!("{} must not use {room}", source.path)).collect()
}

#[test]
fn rooms_use_only_what_is_below_them() {
    assert_none(library().iter().flat_map(against_rooms));
    for (path, text, fires) in [
        ("src/catalog/x.rs", "use crate::pyramid::Index;", true),
        ("src/iiif/x.rs", "fn f(pixels: crate::raster::Raster) {}", true),
        ("src/render/x.rs", "use crate::{iiif::image::{Format, Size}, storage::Storage};", true),
        ("src/render/x.rs", "use crate::{iiif::image::{Format, storage}, raster::Raster};", false),
        ("src/storage/s3/x.rs", "use super::super::super::catalog::Item;", true),
        ("src/storage/s3/x.rs", "use super::super::catalog::Item;", false),
        ("src/storage/mod.rs", "use super::catalog::Item;", true),
        ("src/manifests.rs", "use super::api::App;", true),
        ("src/image_service/x.rs", "use crate::ingest::Masters;", true),
        ("src/cellar/x.rs", "", true),
        ("src/pyramid/x.rs", "// crate::api\n#[cfg(test)]\nmod tests { use crate::api::App; }", false),
    ] {
        assert_eq!(!against_rooms(&Source::new(path, text)).is_empty(), fires, "{path}: {text}");
    }
}

// Outside crates.

fn against_owners(source: &Source) -> Vec<String> {
    let strangers = OWNERS.iter().filter(|(_, places)| !places.iter().any(|place| source.is_in(place)));
    strangers.filter(|(name, _)| uses_crate(source, name)).map(|(name, _)| format!("{} must not use {name}", source.path)).collect()
}

/// Whether the code names the crate: `name::…` that is neither the tail of a path nor a module of ours.
fn uses_crate(source: &Source, name: &str) -> bool {
    let code = &source.code;
    let local = [format!("mod {name};"), format!("::{name};"), format!("::{name}::{{self")];
    let is_local = local.iter().any(|form| code.contains(form.as_str()));
    let is_used = |at: usize| {
        let (before, after) = (code[..at].trim_end(), code[at + name.len()..].trim_start());
        let imported = before.ends_with("use") && after.starts_with([';', ' ']);
        (after.starts_with("::") || imported) && (before.ends_with("use ::") || !before.ends_with("::"))
    };
    !is_local && source.words(name).any(is_used)
}

#[test]
fn outside_crates_have_owners() {
    let library = library();
    assert_none(library.iter().flat_map(against_owners));
    for (name, _) in OWNERS {
        assert!(library.iter().any(|source| uses_crate(source, name)), "{name} is used nowhere: it needs no owner");
    }
    for (path, text, fires) in [
        ("src/api/x.rs", "let rows = sqlx::query(\"select 1\");", true),
        ("src/storage/directory.rs", "use aws_sdk_s3::Client;", true),
        ("src/storage/s3/x.rs", "use aws_sdk_s3::Client;", false),
        ("src/image_service/x.rs", "use image::ImageEncoder;", true),
        ("src/api/x.rs", "use crate::iiif::image::{self, Version};\nlet x = image::Request::parse();", false),
        ("src/api/x.rs", "mod image;\npub use image::View;", false),
        ("src/formats/x.rs", "let _ = super::png::open(); png::Decoder::new(x);", false),
        ("src/catalog/x.rs", "#[derive(poem_openapi::Object)] struct X;", true),
        ("src/catalog/x.rs", "// poem::Request\nlet text = \"poem::Request\";", false),
    ] {
        assert_eq!(!against_owners(&Source::new(path, text)).is_empty(), fires, "{path}: {text}");
    }
}

/// Pure rooms compute: they wait for nothing.
fn against_purity(source: &Source) -> Vec<String> {
    let pure = ["iiif", "raster", "render", "pyramid", "demo"].contains(&source.room());
    let waits = ["tokio", "async", "await"].into_iter().filter(|word| source.words(word).next().is_some());
    waits.filter(|_| pure).map(|word| format!("{} is pure and must not say {word}", source.path)).collect()
}

#[test]
fn pure_rooms_wait_for_nothing() {
    assert_none(library().iter().flat_map(against_purity));
    for (path, text, fires) in [
        ("src/render/x.rs", "tokio::task::spawn_blocking(f);", true),
        ("src/iiif/x.rs", "pub async fn read() {}", true),
        ("src/iiif/x.rs", "/// Not async.\nfn asynchronous() {}", false),
        ("src/storage/x.rs", "async fn read() {}", false),
    ] {
        assert_eq!(!against_purity(&Source::new(path, text)).is_empty(), fires, "{path}: {text}");
    }
}

// Versions and statuses.

/// Whether the code names a version of a specification, or decides by one.
fn tells_versions(source: &Source) -> bool {
    let decides = |at: usize| {
        let (before, after) = (source.code[..at].trim_end_matches("self."), source.code[at + "version".len()..].trim_start());
        let statement = before.rsplit([';', '{', '}']).next().unwrap_or_default();
        let alone = statement.trim_end().ends_with("match") && after.starts_with('{');
        let listed = statement.rsplit_once("match (").is_some_and(|(_, list)| !list.contains(')')) && after.starts_with([',', ')']);
        let compared = ["==", "!=", ">=", "<=", "> ", "< "].iter().any(|operator| {
            after.strip_prefix(operator).is_some_and(|right| right.trim_start().starts_with(|first: char| first.is_ascii_digit()))
        });
        alone || listed || compared
    };
    ["Version::V2", "Version::V3"].iter().any(|version| source.code.contains(version)) || source.words("version").any(decides)
}

fn against_versions(source: &Source) -> Option<String> {
    let named = VERSIONED.iter().any(|place| source.is_in(place));
    (!named && tells_versions(source)).then(|| format!("{} tells versions apart; that is done in {}", source.path, VERSIONED.join(", ")))
}

#[test]
fn versions_are_told_apart_in_a_handful_of_files() {
    let library = library();
    assert_none(library.iter().filter_map(against_versions));
    for place in VERSIONED {
        let source = library.iter().find(|source| source.is_in(place)).unwrap_or_else(|| panic!("{place} is no more"));
        assert!(tells_versions(source), "{place} does not tell versions apart any more");
    }
    for (text, fires) in [
        ("let x = match version { Version::V2 => 1, Version::V3 => 2 };", true),
        ("let x = match (a, self.version) { _ => 1 };", true),
        ("let x = match self.version { 2 => 1, _ => 2 };", true),
        ("Request::parse(Version::V3, text)", true),
        ("if version >= 3 { f() }", true),
        ("if object.version == other.version { f() }", false),
        ("let request = match version.map(Version::as_str) { _ => 1 };", false),
    ] {
        assert_eq!(against_versions(&Source::new("src/x.rs", text)).is_some(), fires, "{text}");
    }
}

/// Folders for versions would double everything.
fn against_version_folder(path: &str) -> Option<String> {
    let is_version =
        |part: &str| part.strip_prefix(['v', 'V']).is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    let (folders, _) = path.rsplit_once('/')?;
    folders.split('/').any(is_version).then(|| format!("{path} lies in a folder of a version"))
}

#[test]
fn versions_have_no_folders() {
    assert_none(files("src").iter().filter_map(|path| against_version_folder(path)));
    assert!(against_version_folder("src/iiif/v2/info.rs").is_some());
    assert!(against_version_folder("src/iiif/presentation/v2.rs").is_none());
}

/// Errors get their status in one table.
fn against_statuses(source: &Source) -> Vec<String> {
    const GOOD: [&str; 7] = ["OK", "CREATED", "ACCEPTED", "NO_CONTENT", "PARTIAL_CONTENT", "SEE_OTHER", "NOT_MODIFIED"];
    let table = ["api/problem.rs", "api/health.rs"].iter().any(|place| source.is_in(place));
    let named = source.code.split("StatusCode::").skip(1).map(|rest| rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next());
    let errors = named.flatten().filter(|name| !table && !name.is_empty() && !GOOD.contains(name));
    errors.map(|name| format!("{}: the status {name} of an error belongs into api/problem.rs", source.path)).collect()
}

#[test]
fn statuses_of_errors_stand_in_one_table() {
    assert_none(library().iter().flat_map(against_statuses));
    assert!(!against_statuses(&Source::new("src/api/x.rs", "response.status(StatusCode::NOT_FOUND)")).is_empty());
    assert!(against_statuses(&Source::new("src/api/x.rs", "response.status(StatusCode::NOT_MODIFIED)")).is_empty());
}

// Files.

fn against_length(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    let head = source.text.lines().take_while(|line| line.starts_with("//")).collect::<Vec<_>>().join(" ");
    (lines > LONG && !head.contains(SAYS_WHY))
        .then(|| format!("{} has {lines} lines and does not begin with why: \"{SAYS_WHY} …\"", source.path))
}

#[test]
fn long_files_say_why() {
    let all = everything();
    assert_none(all.iter().filter_map(against_length));
    let above = all.iter().filter(|source| source.text.lines().count() > 300).count();
    assert!(above * 10 <= all.len(), "{above} of {} files have more than 300 lines", all.len());
    let long = "fn f() {}\n".repeat(LONG + 1);
    assert!(against_length(&Source::new("src/x.rs", &long)).is_some());
    assert!(against_length(&Source::new("src/x.rs", &format!("//! {SAYS_WHY} it is a table.\n{long}"))).is_none());
}

/// Nothing is left for later, and nothing is let off.
fn against_leftovers(source: &Source) -> Vec<String> {
    const NEVER: [&str; 6] = ["todo!", "unimplemented!", "dbg!", "#[allow", "#![allow", "#[ignore"];
    const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    let tight: String = source.code.chars().filter(|character| !character.is_whitespace()).collect();
    let never = NEVER.iter().filter(|word| tight.contains(*word));
    let notes = NOTES.iter().filter(|word| source.text.contains(*word));
    never.chain(notes).map(|word| format!("{}: {word}", source.path)).collect()
}

#[test]
fn nothing_is_left_for_later() {
    assert_none(everything().iter().flat_map(against_leftovers));
    for text in ["todo!()", "dbg!(x)", "#[ allow(dead_code)]", "#[cfg(test)]\nmod tests {\n#[ignore = \"slow\"]\nfn f() {} }"] {
        assert!(!against_leftovers(&Source::with_tests("src/x.rs", text)).is_empty(), "{text}");
    }
    assert!(!against_leftovers(&Source::with_tests("src/x.rs", concat!("// TO", "DO: more"))).is_empty());
    assert!(against_leftovers(&Source::with_tests("src/x.rs", "// dbg! is for another day\n")).is_empty());
}

/// Paths that only exist on the machine of whoever wrote them: of this checkout, or in somebody's home.
fn against_paths(path: &str, text: &str) -> Option<String> {
    let here = top().to_string_lossy();
    let begins = |at: usize| !text[..at].ends_with(|before: char| before.is_alphanumeric() || "./_-}".contains(before));
    let home =
        |prefix: &str| text.match_indices(prefix).any(|(at, _)| begins(at) && text[at + prefix.len()..].starts_with(char::is_alphanumeric));
    let homes = [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("C:\\Us", "ers\\")];
    (text.contains(&*here) || homes.into_iter().any(home)).then(|| format!("{path} names a path of one machine"))
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let texts = files("").into_iter().filter_map(|path| std::fs::read_to_string(top().join(&path)).ok().map(|text| (path, text)));
    assert_none(texts.filter_map(|(path, text)| against_paths(&path, &text)));
    for bad in [format!("see {}/x", top().display()), concat!("\"/ho", "me/ann/images\"").to_owned(), concat!("/Us", "ers/ann").to_owned()]
    {
        assert!(against_paths("x.md", &bad).is_some(), "{bad}");
    }
    for good in ["https://example.org/home/", concat!("https://example.org/ho", "me/ann"), "closed doors such as `/root`"] {
        assert!(against_paths("x.md", good).is_none(), "{good}");
    }
}

#[track_caller]
fn assert_none(faults: impl IntoIterator<Item = String>) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
