//! The log: one line an event, on standard error.

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not a level or a list of directives.
    #[error("the log filter {filter:?} is not right ({why}); use a level such as info or directives such as info,triptych=debug")]
    Filter { filter: String, why: String },
    /// This process has a log already.
    #[error("the log was started before")]
    Started,
}

/// Starts the log of this process: what `filter` lets through, in `format`.
pub fn init(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    let log = tracing_subscriber::fmt().with_env_filter(parse(filter)?).with_writer(std::io::stderr);
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let started = match format {
        LogFormat::Text => log.with_ansi(coloured).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(|_| TelemetryError::Started)
}

/// Only names of levels are taken without `=`: a misspelt level would otherwise be read as the name of a module, and log nothing.
fn parse(filter: &str) -> Result<EnvFilter, TelemetryError> {
    let fault = |why: String| TelemetryError::Filter { filter: filter.to_owned(), why };
    let levels = ["error", "warn", "info", "debug", "trace", "off"];
    let parts: Vec<&str> = filter.split(',').map(str::trim).collect();
    let known = |part: &str| part.contains(['=', '[']) || levels.iter().any(|level| level.eq_ignore_ascii_case(part));
    if let Some(part) = parts.iter().find(|part| !known(part)) {
        return Err(fault(format!("{part:?} is no level")));
    }
    // PostgreSQL's notices say what a migration found in order, poem's that it does what it was told; both may be asked for.
    let usual = [("sqlx", "sqlx::postgres::notice=warn,"), ("poem", "poem::server=warn,")];
    let quiet: String = usual.iter().filter(|(name, _)| !filter.contains(name)).map(|(_, directive)| *directive).collect();
    EnvFilter::try_new(format!("{quiet}{}", parts.join(","))).map_err(|error| fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        for filter in ["info", "WARN", "info,triptych=debug", "off", "warn, sqlx=error"] {
            assert!(parse(filter).is_ok(), "{filter}");
        }
        for filter in ["", "infoo", "info,", "triptych=loud"] {
            assert!(parse(filter).is_err(), "{filter}");
        }
    }
}
