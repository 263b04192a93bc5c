//! The service under load: the release build, with data of its own.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Outcome;
use crate::client::Client;
use crate::process::{Processes, stop};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Service {
    pub address: SocketAddr,
    key: String,
    child: Child,
}

impl Drop for Service {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

impl Service {
    /// Starts the release build and waits until it is ready.
    pub fn start(data: &Path) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/release/triptych"));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name == "DATABASE_URL" || name.starts_with("TRIPTYCH_") || name.starts_with("AWS_")) {
                command.env_remove(name);
            }
        }
        command.env("TRIPTYCH_DATA", data).env("TRIPTYCH_LISTEN", address.to_string()).env("TRIPTYCH_DEMO", "false");
        let mut child = command.env("TRIPTYCH_LOG", "warn").current_dir(data).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut service = Self { address, key: String::new(), child };
        let mut lines = BufReader::new(output).lines();
        let key = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("    ").map(str::to_owned));
        service.key = key.ok_or("the service ended before it told a key")?;
        std::thread::spawn(move || lines.for_each(drop));
        wait_for(address, "/health/ready")?;
        Ok(service)
    }

    pub fn processes(&self) -> Processes {
        Processes::of(&self.child)
    }

    /// Registers the plate, and publishes items of one canvas, a hundred and a thousand.
    pub fn fill(&self) -> Outcome<()> {
        self.post("/api/v1/images", &json!({"id": "plate", "key": "plate.tif"}))?;
        for (id, canvases) in [("one", 1), ("hundred", 100), ("thousand", 1000)] {
            let item = json!({"id": id, "label": {"en": [id]}, "status": "published", "images": vec!["plate"; canvases]});
            self.post("/api/v1/items", &item)?;
        }
        Ok(())
    }

    fn post(&self, path: &str, body: &serde_json::Value) -> Outcome<()> {
        let mut client = Client::connect(self.address)?;
        let answer = client.post(path, &self.key, &body.to_string())?;
        match answer.status {
            200..=299 => Ok(()),
            status => Err(format!("{path}: {status} {}", String::from_utf8_lossy(answer.body)).into()),
        }
    }
}

/// An address that nobody listens on.
pub fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until a path answers 200.
pub fn wait_for(address: SocketAddr, path: &str) -> Outcome<()> {
    let started = Instant::now();
    loop {
        let answered = Client::connect(address).and_then(|mut client| Ok(client.get(path)?.status));
        match answered {
            Ok(200) => return Ok(()),
            _ if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            Ok(status) => return Err(format!("{path} answers {status}").into()),
            Err(error) => return Err(error),
        }
    }
}
