use clap::{CommandFactory, Parser};

use super::*;

/// Own words.
#[derive(Parser)]
struct Line {
    #[command(flatten)]
    flags: Flags,
}

fn flags(args: &[&str]) -> Flags {
    Line::try_parse_from(std::iter::once("triptych").chain(args.iter().copied())).expect("flags").flags
}

fn load(args: &[&str], env: &[(&str, &str)], file: &str) -> Result<(Settings, Sources), ConfigError> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::load(&flags(args), env, Some((PathBuf::from("t.toml"), file.to_owned())))
}

fn faults(args: &[&str], env: &[(&str, &str)], file: &str) -> Vec<String> {
    load(args, env, file).expect_err("a fault").faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_default_is_right() {
    let (settings, sources) = Settings::load(&Flags::default(), [], None).expect("defaults");
    assert_eq!(settings.listen.port(), 8080);
    assert_eq!(settings.max_upload, 2 << 30);
    assert_eq!(settings.storage_place(), StoragePlace::Folder("./data/images".into()));
    assert!(settings.worker_count() > 0 && settings.demo_wanted());
    assert_eq!(sources.of("listen"), Some(&Source::Default));
    assert_eq!(sources.of("nothing"), None);
}

#[test]
fn flag_beats_environment_beats_file() {
    let (file, env, args) = ("jpeg_quality = 1", [("TRIPTYCH_JPEG_QUALITY", "2")], ["--jpeg-quality", "3"]);
    for (settings, want) in [(load(&[], &[], file), 1), (load(&[], &env, file), 2), (load(&args, &env, file), 3)] {
        assert_eq!(settings.expect("settings").0.jpeg_quality, want);
    }
    let (_, sources) = load(&args, &env, file).expect("settings");
    assert_eq!(sources.of("jpeg_quality"), Some(&Source::Flag("--jpeg-quality".into())));
}

#[test]
fn usual_names_of_others_come_after_our_own() {
    let env = [("DATABASE_URL", "postgres://b"), ("AWS_DEFAULT_REGION", "garage"), ("AWS_ENDPOINT_URL", "http://s3:1/")];
    let (settings, sources) = load(&[], &env, "").expect("settings");
    assert_eq!(settings.database_url.as_ref().map(|url| url.expose()), Some("postgres://b"));
    assert_eq!((settings.s3_region.as_str(), settings.s3_endpoint.as_deref()), ("garage", Some("http://s3:1")));
    assert_eq!(sources.of("s3_region"), Some(&Source::Environment("AWS_DEFAULT_REGION".into())));
    assert!(!settings.demo_wanted());
    let both = [env[0], ("TRIPTYCH_DATABASE_URL", "postgres://a")];
    let (settings, _) = load(&[], &both, "").expect("settings");
    assert_eq!(settings.database_url.as_ref().map(|url| url.expose()), Some("postgres://a"));
}

#[test]
fn file_values_of_every_kind() {
    let file = "demo = false\nmax_area = 1000000\ntrusted_proxies = ['10.0.0.0/8', '::1']\nlog_format = 'json'";
    let (settings, _) = load(&[], &[], file).expect("settings");
    assert!(!settings.demo && settings.max_area == 1_000_000 && settings.trusted_proxies.len() == 2);
}

#[test]
fn nothing_private_is_fetched_unless_networks_are_named() {
    let (settings, _) = load(&[], &[], "").expect("settings");
    assert!(settings.fetch_networks.is_empty());
    assert_eq!((settings.fetch_max_bytes, settings.fetch_timeout.as_secs()), (64 << 20, 60));
    let (settings, _) = load(&["--fetch-networks", "10.0.0.0/8,fd00::/8"], &[("TRIPTYCH_FETCH_MAX_BYTES", "1M")], "fetch_timeout = '5s'")
        .expect("settings");
    assert_eq!((settings.fetch_networks.len(), settings.fetch_max_bytes, settings.fetch_timeout.as_secs()), (2, 1 << 20, 5));
    assert!(faults(&[], &[("TRIPTYCH_FETCH_NETWORKS", "intranet")], "")[0].contains("neither a network"));
}

#[test]
fn all_faults_at_once_with_the_nearest_name() {
    let told = faults(&["--workers", "many"], &[("TRIPTYCH_LISEN", "x"), ("TRIPTYCH_MAX_BODY", "x")], "publik_url = 'x'\nlog = 1.5");
    assert_eq!(told.len(), 5, "{told:#?}");
    for (part, of) in [
        ("t.toml: there is no setting \"publik_url\"; did you mean \"public_url\"?", &told),
        ("did you mean \"TRIPTYCH_LISTEN\"?", &told),
        ("environment TRIPTYCH_MAX_BODY: max_body = \"x\" is not a number of bytes", &told),
        ("flag --workers: workers = \"many\" is not a whole number", &told),
        ("t.toml: log must be", &told),
    ] {
        assert!(of.iter().any(|line| line.contains(part)), "{part} in {of:#?}");
    }
}

#[test]
fn empty_variables_are_not_set() {
    let (settings, sources) = load(&[], &[("TRIPTYCH_LISTEN", ""), ("TRIPTYCH_NONSENSE", "")], "").expect("settings");
    assert_eq!((settings.listen.port(), sources.of("listen")), (8080, Some(&Source::Default)));
}

#[test]
fn file_that_is_not_toml() {
    assert!(faults(&[], &[], "listen = ")[0].starts_with("t.toml: "));
}

#[test]
fn s3_needs_both_keys() {
    assert!(faults(&["--storage", "s3://b"], &[("AWS_ACCESS_KEY_ID", "a")], "")[0].contains("AWS_SECRET_ACCESS_KEY"));
}

#[test]
fn named_file_must_exist() {
    let error = Settings::from_process(&flags(&["--config", "/nonexistent/t.toml"])).expect_err("no file");
    assert!(matches!(error.faults.as_slice(), [Fault::File { .. }]), "{error}");
}

#[test]
fn listing_is_a_settings_file_without_secrets() {
    let env = [("DATABASE_URL", "postgres://u:hush@h/d"), ("AWS_SECRET_ACCESS_KEY", "hush")];
    let (settings, sources) = load(&[], &env, "").expect("settings");
    let listing = sources.listing();
    let table: toml::Table = listing.parse().expect("TOML");
    assert_eq!(table.len(), KEYS.len());
    assert!(listing.contains("database_url = \"(set)\" # environment DATABASE_URL"), "{listing}");
    assert!(!listing.contains("hush") && !format!("{settings:?}").contains("hush"));
}

#[test]
fn help_follows_the_table() {
    let mut command = Line::command();
    assert_eq!(command.get_about().map(ToString::to_string).as_deref(), Some("Own words"));
    let help = command.render_help().to_string();
    for part in ["--listen <VALUE>", "[default: 127.0.0.1:8080]", "PostgreSQL URL. Empty: a private PostgreSQL"] {
        assert!(help.contains(part), "{part} in {help}");
    }
}

#[test]
fn a_certificate_needs_its_key() {
    for given in [("TRIPTYCH_TLS_CERTIFICATE", "a.crt"), ("TRIPTYCH_TLS_KEY", "a.key")] {
        assert_eq!(faults(&[], &[given], ""), ["HTTPS needs both tls_certificate and tls_key"]);
    }
    let (settings, _) = load(&["--tls-key", "a.key"], &[("TRIPTYCH_TLS_CERTIFICATE", "a.crt")], "").expect("settings");
    assert_eq!(settings.tls(), Some((std::path::Path::new("a.crt"), std::path::Path::new("a.key"))));
    assert_eq!(load(&[], &[], "").expect("settings").0.tls(), None);
}
