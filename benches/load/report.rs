//! The table.

use std::fmt::Write;

use crate::workload::{Measure, Sample, Workload};

/// One kind of request, measured on both servers round by round.
pub struct Row {
    name: &'static str,
    /// Mean bytes of an answer's body.
    size: u64,
    pub service: Vec<Sample>,
    pub rival: Vec<Sample>,
}

impl Row {
    pub fn new(workload: &Workload, size: u64) -> Self {
        Self { name: workload.name, size, service: Vec::new(), rival: Vec::new() }
    }
}

/// All rows as Markdown, with the ratios to the static server in the same run.
pub fn table(rival: &str, rows: &[Row], measure: &Measure) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rounds = rows.first().map_or(0, |row| row.service.len());
    let (connections, time) = (measure.connections, measure.time.as_secs());
    let mut text = format!(
        "Medians of {rounds} rounds of {time} s; {connections} connections; clients and servers share {cores} cores. Static server: {rival}.\n\n\
         | Request | KB | Triptych, answers/s | CPU ms each | its PostgreSQL, ms | static, answers/s | CPU ms each | CPU, times static |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: |\n"
    );
    for Row { name, size, service, rival } in rows {
        let (server, fixed) = (median(service, |s| s.server), median(rival, |s| s.server));
        let (quick, fast) = (median(service, |s| s.per_second), median(rival, |s| s.per_second));
        let (database, size) = (median(service, |s| s.database), *size as f64 / 1000.0);
        let ratio = (server + database) / fixed;
        // Writing to a String does not fail.
        let _ = writeln!(text, "| {name} | {size:.1} | {quick:.0} | {server:.3} | {database:.3} | {fast:.0} | {fixed:.3} | {ratio:.1} |");
    }
    text
}

fn median(samples: &[Sample], figure: impl Fn(&Sample) -> f64) -> f64 {
    let mut figures: Vec<f64> = samples.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
