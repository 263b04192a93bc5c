//! `triptych validate`.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::process::ExitCode;

use serde_json::Value;

use super::Failure;
use crate::fetch::Fetcher;
use crate::iiif::presentation::validate::{Counts, Finding, Judged, Severity, judge};
use crate::ingest::fetched;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A file, a URL, or - for standard input.
    #[arg(value_name = "FILE|URL")]
    from: String,
    /// Write what POST /api/v1/validate answers.
    #[arg(long)]
    json: bool,
}

/// Tells what is wrong with a document. The status tells whether anything is broken.
pub(super) async fn run(arguments: &Arguments, fetcher: &Fetcher) -> Result<ExitCode, Failure> {
    let Arguments { from, json } = arguments;
    let judged = judge(&read(from, fetcher).await.map_err(|error| format!("{from}: {error}"))?);
    let told = if *json { format!("{:#}\n", serde_json::json!(judged)) } else { words(from, &judged) };
    // Whoever reads may have read enough.
    match std::io::stdout().write_all(told.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if judged.broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn read(from: &str, fetcher: &Fetcher) -> Result<Value, Failure> {
    let bytes = match from {
        "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            bytes
        }
        url if url.starts_with("http://") || url.starts_with("https://") => return Ok(fetched(fetcher, url).await?),
        file => std::fs::read(file)?,
    };
    serde_json::from_slice(&bytes).map_err(|error| format!("the document is not JSON: {error}").into())
}

/// All findings for people, and a line that sums them up.
fn words(from: &str, judged: &Judged) -> String {
    let Judged { version, broken, counts, findings } = judged;
    let mut told = findings.iter().map(entry).collect::<String>();
    let verdict = if *broken { "broken" } else { "not broken" };
    let _ = writeln!(told, "{}: Presentation {version}, {verdict}: {}", harmless(from), sum(*counts));
    told
}

fn entry(finding: &Finding) -> String {
    let Finding { severity, pointer, rule, what, cure, source, clients } = finding;
    let severity = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = if pointer.is_empty() { "the document" } else { pointer };
    let hit = if clients.is_empty() { String::new() } else { format!("; hits {}", clients.join(", ")) };
    let lines = [format!("{severity}: {place}"), what.clone(), format!("cure: {cure}"), format!("rule: {rule} ({source}){hit}")];
    let lines: Vec<String> = lines.iter().map(|line| harmless(line)).collect();
    lines.join("\n    ") + "\n\n"
}

/// What a document says goes to a terminal, which must not obey it.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

fn sum(Counts { error, warning, note }: Counts) -> String {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    [counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_with_its_place_its_cure_and_whom_it_hits() {
        let finding = Finding {
            severity: Severity::Error,
            pointer: "/items/0".to_owned(),
            rule: "some-rule",
            what: "it is \u{1b}[31mwrong".to_owned(),
            cure: "mend it".to_owned(),
            source: "Some API, 1",
            clients: &["Mirador", "TIFY"],
        };
        let told =
            "error: /items/0\n    it is \u{fffd}[31mwrong\n    cure: mend it\n    rule: some-rule (Some API, 1); hits Mirador, TIFY\n\n";
        assert_eq!(entry(&finding), told);
        let plain = Finding { pointer: String::new(), clients: &[], ..finding };
        assert!(entry(&plain).starts_with("error: the document\n") && entry(&plain).ends_with("(Some API, 1)\n\n"));
    }

    #[test]
    fn counts_are_in_the_right_number() {
        assert_eq!(sum(Counts { error: 1, warning: 0, note: 2 }), "1 error, 0 warnings, 2 notes");
    }
}
