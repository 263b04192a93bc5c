//! Flags, environment, file and defaults, put one over the other.

use std::path::{Path, PathBuf};

use super::{
    fault::{ConfigError, Fault, nearest},
    settings::{Flags, KEYS, Key, Settings},
    sources::{Source, Sources},
    values::StoragePlace,
};

/// Read when it exists and no other file is named.
const USUAL_FILE: &str = "triptych.toml";
const PREFIX: &str = "TRIPTYCH_";
/// Names the file; not itself a setting.
const FILE_VARIABLE: &str = "TRIPTYCH_CONFIG";
/// The key with which a command speaks to a service; not a setting of the service.
const KEY_VARIABLE: &str = "TRIPTYCH_KEY";

impl Settings {
    /// Reads the settings of this process: its flags, its environment and its settings file.
    pub fn from_process(flags: &Flags) -> Result<(Settings, Sources), ConfigError> {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        let env: Vec<_> = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let file = settings_file(flags, &env).map_err(|fault| ConfigError { faults: vec![fault] })?;
        Settings::load(flags, env, file)
    }

    /// Puts flags over environment over file (its path and text) over defaults. All faults are told at once.
    pub fn load(
        flags: &Flags,
        env: impl IntoIterator<Item = (String, String)>,
        file: Option<(PathBuf, String)>,
    ) -> Result<(Settings, Sources), ConfigError> {
        let mut sources = Sources::defaults();
        let mut faults = Vec::new();
        if let Some((path, text)) = file {
            take_file(&path, &text, &mut sources, &mut faults);
        }
        take_environment(env.into_iter().collect(), &mut sources, &mut faults);
        for (name, text) in flags.given() {
            sources.set(name, text.to_owned(), Source::Flag(format!("--{}", name.replace('_', "-"))));
        }
        let settings = Settings::read(&sources, &mut faults);
        faults.extend(settings.as_ref().and_then(disagreement));
        match settings {
            Some(settings) if faults.is_empty() => Ok((settings, sources)),
            _ => Err(ConfigError { faults }),
        }
    }
}

/// The file that was named, or the usual one if it is there.
fn settings_file(flags: &Flags, env: &[(String, String)]) -> Result<Option<(PathBuf, String)>, Fault> {
    let from_env = env.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
    let named = flags.config.clone().or_else(|| from_env.map(|(_, value)| PathBuf::from(value)));
    let must_exist = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(USUAL_FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if !must_exist && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::File { path: path.display().to_string(), why: error.to_string() }),
    }
}

fn take_file(path: &Path, text: &str, sources: &mut Sources, faults: &mut Vec<Fault>) {
    let place = path.display().to_string();
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => return faults.push(Fault::File { path: place, why: error.to_string().trim_end().to_owned() }),
    };
    for (name, value) in table {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            let nearest = nearest(&name, KEYS.iter().map(|key| key.name.to_owned()));
            faults.push(Fault::Unknown { place: place.clone(), name, nearest });
            continue;
        };
        match plain(&value) {
            Some(text) => sources.set(key.name, text, Source::File(path.to_owned())),
            None => {
                let why = "must be a text, a number, true, false or a list of texts".to_owned();
                faults.push(Fault::Value { place: place.clone(), name, shown: String::new(), why });
            }
        }
    }
}

/// A TOML value as the text that a flag would have.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(list) => list.iter().map(toml::Value::as_str).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// Empty variables count as not set: compose files cannot leave one out.
fn take_environment(env: Vec<(String, String)>, sources: &mut Sources, faults: &mut Vec<Fault>) {
    let set: Vec<_> = env.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    for key in KEYS {
        if let Some((name, value)) = names(key).iter().find_map(|name| set.iter().find(|(given, _)| given == name)) {
            sources.set(key.name, value.clone(), Source::Environment(name.clone()));
        }
    }
    let known = || KEYS.iter().map(Key::variable).chain([FILE_VARIABLE, KEY_VARIABLE].map(str::to_owned));
    for (name, _) in set.iter().filter(|(name, _)| name.starts_with(PREFIX) && !known().any(|known| known == *name)) {
        let place = "environment".to_owned();
        faults.push(Fault::Unknown { place, name: name.clone(), nearest: nearest(name, known()) });
    }
}

/// The variables that set `key`, strongest first.
fn names(key: &Key) -> Vec<String> {
    std::iter::once(key.variable()).chain(key.aliases.iter().map(|alias| (*alias).to_owned())).collect()
}

/// Values that are right alone and wrong together.
fn disagreement(settings: &Settings) -> Option<Fault> {
    if settings.tls_certificate.is_some() != settings.tls_key.is_some() {
        return Some(Fault::Together("HTTPS needs both tls_certificate and tls_key"));
    }
    let in_s3 = matches!(settings.storage, Some(StoragePlace::S3 { .. }));
    if !in_s3 {
        return None;
    }
    match (&settings.s3_access_key, &settings.s3_secret_key) {
        (Some(_), Some(_)) => None,
        _ => {
            Some(Fault::Together("storage in s3:// needs both s3_access_key (AWS_ACCESS_KEY_ID) and s3_secret_key (AWS_SECRET_ACCESS_KEY)"))
        }
    }
}

#[cfg(test)]
mod tests;
