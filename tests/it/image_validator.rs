//! The official Image API validator, against an upload of its own test image.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use reqwest::Method;
use tokio::process::Command;

use crate::support::service::Service;

const IMAGE: &str = "67352ccc-d1b0-11e1-89ae-279075081939";
const TOOL: &str = "target/tools/venv/bin/iiif-validate.py";

/// Tests of formats that the service does not offer and does not advertise.
const NOT_OFFERED: [&str; 2] = ["format_jp2", "format_pdf"];

/// What the validator gets wrong: test, versions, reason, and what it prints then.
const ITS_OWN_FAULTS: [(&str, &[u8], &str, &str); 3] = [
    (
        "size_noup",
        &[3],
        "wants an error for !w,h with a box larger than the region; Image API 3.0, 4.2 has the region's size",
        "ValidatorError",
    ),
    (
        "size_up",
        &[3],
        "wants the image's own size for ^max; Image API 3.0, 4.2 has the largest that the limits allow",
        "Failed to get max size",
    ),
    ("format_webp", &[2, 3], "calls a function that is not in Python 3", "has no attribute 'urlopen'"),
];

async fn upload(service: &Service) {
    let bytes = std::fs::read(crate::support::fixture(&format!("images/{IMAGE}.png"))).expect("the fixture");
    let request = service.rest(Method::POST, &format!("/images/{IMAGE}?public=true")).header("Content-Type", "application/octet-stream");
    let response = request.body(bytes).send().await.expect("an answer");
    assert_eq!(response.status(), 201, "{:?}", response.text().await);
}

/// The report of a run with all tests up to level 3, which are those of level 2 and the extras.
async fn validate(service: &Service, version: u8) -> String {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join(TOOL);
    assert!(tool.exists(), "the IIIF validator is missing; type: scripts/setup.sh --tests");
    let server = service.base.trim_start_matches("http://");
    let arguments = ["-s", server, "-p", &format!("iiif/{version}"), "-i", IMAGE, "--version", &format!("{version}.0"), "--level", "3"];
    let output = Command::new(tool).args(arguments).stdin(Stdio::null()).output().await.expect("the validator runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the report says of each test: nothing where it passed, else its complaint.
fn verdicts(report: &str) -> BTreeMap<String, String> {
    let mut verdicts = BTreeMap::new();
    let mut current = String::new();
    for line in report.lines() {
        match line.split_once("] test ").and_then(|(_, verdict)| verdict.split_once(' ')) {
            Some((test, verdict)) => {
                current = test.to_owned();
                let complaint = if verdict == "PASS" { String::new() } else { format!("{verdict}\n") };
                verdicts.insert(current.clone(), complaint);
            }
            None => {
                if let Some(complaint) = verdicts.get_mut(&current).filter(|complaint| !complaint.is_empty()) {
                    *complaint += &format!("{line}\n");
                }
            }
        }
    }
    verdicts
}

/// What a run says against the service, other than what is known of the tool; and what is known and was not said.
fn complaints(report: &str, version: u8, least: usize) -> Vec<String> {
    let mut verdicts = verdicts(report);
    let whole = verdicts.len() >= least && report.contains(&format!("Done ({} tests", verdicts.len()));
    let mut complaints: Vec<String> = (!whole).then(|| report.to_owned()).into_iter().collect();
    for test in NOT_OFFERED {
        verdicts.remove(test);
    }
    for (test, versions, reason, complaint) in ITS_OWN_FAULTS {
        if versions.contains(&version) {
            let found = verdicts.remove(test).unwrap_or_default();
            if !found.contains(complaint) {
                complaints.push(format!("{test} was expected to fail, as it {reason}; now it says: {found:?}"));
            }
        }
    }
    complaints.extend(
        verdicts.into_iter().filter(|(_, complaint)| !complaint.is_empty()).map(|(test, complaint)| format!("{test}: {complaint}")),
    );
    complaints
}

async fn judge(version: u8, least: usize) {
    // As large as its tests of enlarging need, so that none of them has to wait for more.
    let service = Service::with(&[("max_area", "4MP")]).await;
    upload(&service).await;
    let mut said = Vec::new();
    // The tool waits five seconds for an answer; on a machine that is busy with other tests that may be too short.
    for _ in 0..4 {
        said = complaints(&validate(&service, version).await, version, least);
        if said.is_empty() {
            return;
        }
    }
    panic!("{}", said.join("\n"));
}

#[tokio::test]
async fn version_2_passes_the_official_validator() {
    judge(2, 42).await;
}

#[tokio::test]
async fn version_3_passes_the_official_validator() {
    judge(3, 45).await;
}
