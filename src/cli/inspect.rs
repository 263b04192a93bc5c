//! `triptych inspect`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::formats::{self, FormatLimits, Severity};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Image files, of whatever kind.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write a JSON array with one report for each file.
    #[arg(long)]
    json: bool,
}

/// Reports on each file. The status tells whether all can be read and taken in.
pub(super) fn run(arguments: &Arguments, limits: &FormatLimits) -> ExitCode {
    let mut reports = Vec::new();
    for file in &arguments.files {
        match formats::inspect(file, limits) {
            Ok(report) => reports.push(report),
            Err(error) => eprintln!("triptych: {}: {error}", file.display()),
        }
    }
    if arguments.json {
        println!("{:#}", serde_json::json!(reports));
    } else {
        reports.iter().for_each(|report| print!("{report}"));
    }
    let fine = reports.len() == arguments.files.len() && reports.iter().all(|report| report.severity() < Severity::Refused);
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
