//! Load on a running service, beside a static file server that sends the very same bytes.
//!
//! Both run on this machine, one after the other within each round, under the same clients. What is compared is the CPU time of
//! the server for one answer and the answers in a second; medians over the rounds. Nothing fails on timing.

mod client;
mod files;
mod picture;
mod process;
mod report;
mod service;
mod workload;

use std::time::Duration;

use report::Row;
use service::Service;
use workload::Measure;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How much is asked.
struct Effort {
    rounds: usize,
    measure: Measure,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [command, directory, port] = &arguments[..]
        && command == files::COMMAND
    {
        return files::serve(directory.as_ref(), port.parse()?);
    }
    let effort = effort(&arguments)?;
    let place = tempfile::tempdir()?;
    eprintln!("drawing a plate …");
    picture::draw(&place.path().join("data/images/plate.tif"))?;
    eprintln!("starting the service …");
    let service = Service::start(&place.path().join("data"))?;
    service.fill()?;
    let workloads = workload::all(&service)?;
    let copies = place.path().join("copies");
    let sizes = workloads.iter().map(|workload| files::copy(&service, workload, &copies)).collect::<Outcome<Vec<u64>>>()?;
    let rival = files::Rival::start(place.path(), &copies)?;
    let mut rows: Vec<Row> = workloads.iter().zip(sizes).map(|(workload, size)| Row::new(workload, size)).collect();
    for round in 1..=effort.rounds {
        eprintln!("round {round} of {} …", effort.rounds);
        for (workload, row) in workloads.iter().zip(&mut rows) {
            row.service.push(workload.run(service.address, &service.processes(), &effort.measure)?);
            row.rival.push(workload.run(rival.address, &rival.processes(), &effort.measure)?);
        }
    }
    println!("{}", report::table(rival.name, &rows, &effort.measure));
    Ok(())
}

fn effort(arguments: &[String]) -> Outcome<Effort> {
    let mut effort = Effort { rounds: 5, measure: Measure { connections: 8, most: 100_000, time: Duration::from_secs(2) } };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} has no value", pair[0]).into()) };
        let value: usize = value.parse().map_err(|_| format!("{name}: {value} is not a number"))?;
        match name.as_str() {
            "--rounds" => effort.rounds = value.max(1),
            "--seconds" => effort.measure.time = Duration::from_secs(value.max(1) as u64),
            "--connections" => effort.measure.connections = value.clamp(1, 256),
            _ => return Err(format!("{name}: only --rounds, --seconds and --connections are known").into()),
        }
    }
    Ok(effort)
}
