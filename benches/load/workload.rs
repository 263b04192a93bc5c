//! What is asked, and how it is measured.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::client::{Client, get};
use crate::process::Processes;
use crate::service::Service;

/// Edge of the plate's tiles.
const TILE: u32 = 256;

/// One kind of request.
pub struct Workload {
    pub name: &'static str,
    pub paths: Vec<String>,
    /// Whether the client takes gzip.
    pub packed: bool,
}

/// How long and how hard.
pub struct Measure {
    /// Each sends its next request when it has its answer.
    pub connections: usize,
    /// Most requests, all connections together.
    pub most: usize,
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Copy)]
pub struct Sample {
    pub per_second: f64,
    /// CPU milliseconds of the server for one answer.
    pub server: f64,
    /// The same of its PostgreSQL.
    pub database: f64,
}

/// Everything that is measured.
pub fn all(service: &Service) -> Outcome<Vec<Workload>> {
    let mut client = Client::connect(service.address)?;
    let info: serde_json::Value = serde_json::from_slice(client.get("/iiif/3/plate/info.json")?.body)?;
    let side = |name: &str| info[name].as_u64().and_then(|side| u32::try_from(side).ok()).ok_or("no size");
    let (width, height) = (side("width")?, side("height")?);
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let (whole, edge): (Vec<Tile>, Vec<Tile>) = tiles(width, height).into_iter().partition(|tile| tile.whole);
    let mut paths = |tiles: Vec<Tile>| {
        let mut paths: Vec<String> = tiles.into_iter().map(|tile| tile.path).collect();
        chance.shuffle(&mut paths);
        paths
    };
    let (whole, edge) = (paths(whole), paths(edge));
    let hot = whole.iter().take(16).cloned().collect();
    let region = |_| format!("{},{},1000,800/500,", chance.below(width - 1000), chance.below(height - 800));
    let regions = (0..200).map(region).map(|region| image(&region)).collect();
    let one = |path: &str| vec![path.to_owned()];
    let plain = |name, paths| Workload { name, paths, packed: false };
    Ok(vec![
        plain("whole tiles, all, shuffled", whole),
        plain("whole tiles, 16 hot ones", hot),
        plain("tiles at the right and lower edge", edge),
        plain("regions 1000x800 to 500, unaligned", regions),
        plain("thumbnail !200,200", vec![image("full/!200,200")]),
        plain("info.json", one("/iiif/3/plate/info.json")),
        plain("manifest, 1 canvas", one("/manifests/one")),
        plain("manifest, 100 canvases", one("/manifests/hundred")),
        Workload { name: "manifest, 1,000 canvases, gzip", paths: one("/manifests/thousand"), packed: true },
    ])
}

fn image(region_and_size: &str) -> String {
    format!("/iiif/3/plate/{region_and_size}/0/default.jpg")
}

struct Tile {
    path: String,
    /// Not cut short by the edge of the image.
    whole: bool,
}

/// The tiles that a viewer asks for, of every level.
fn tiles(width: u32, height: u32) -> Vec<Tile> {
    let factors = (0..).map(|level| 1 << level).take_while(|factor| width.max(height).div_ceil(*factor) > TILE);
    let places = factors.flat_map(|factor: u32| {
        let step = TILE * factor;
        (0..height).step_by(step as usize).flat_map(move |y| (0..width).step_by(step as usize).map(move |x| (factor, x, y)))
    });
    let tile = |(factor, x, y): (u32, u32, u32)| {
        let (w, h) = ((width - x).min(TILE * factor), (height - y).min(TILE * factor));
        let (across, down) = (w.div_ceil(factor), h.div_ceil(factor));
        Tile { path: image(&format!("{x},{y},{w},{h}/{across},{down}")), whole: (w, h) == (TILE * factor, TILE * factor) }
    };
    places.map(tile).collect()
}

impl Workload {
    /// Puts it on a server, and measures.
    pub fn run(&self, address: SocketAddr, processes: &Processes, measure: &Measure) -> Outcome<Sample> {
        let requests: Vec<Vec<u8>> = self.paths.iter().map(|path| get(path, self.packed)).collect();
        let next = AtomicUsize::new(0);
        let before = processes.cpu();
        let started = Instant::now();
        let answered = std::thread::scope(|scope| {
            let client = || ask(address, &requests, &next, measure, started);
            let clients: Vec<_> = (0..measure.connections).map(|_| scope.spawn(client)).collect();
            clients.into_iter().map(|client| client.join().map_err(|_| "a client panicked")?).sum::<Outcome<usize>>()
        })?;
        let (took, after) = (started.elapsed().as_secs_f64(), processes.cpu());
        let each = |seconds: f64| seconds.max(0.0) * 1000.0 / answered as f64;
        let (server, database) = (each(after.server - before.server), each(after.database - before.database));
        Ok(Sample { per_second: answered as f64 / took, server, database })
    }
}

/// One connection: a request, its answer, the next request.
fn ask(address: SocketAddr, requests: &[Vec<u8>], next: &AtomicUsize, measure: &Measure, started: Instant) -> Outcome<usize> {
    let mut client = Client::connect(address)?;
    let mut answered = 0;
    while started.elapsed() < measure.time {
        let number = next.fetch_add(1, Relaxed);
        if number >= measure.most {
            break;
        }
        let status = client.send(&requests[number % requests.len()])?.status;
        if status != 200 {
            return Err(format!("an answer of {status}").into());
        }
        answered += 1;
    }
    Ok(answered)
}

/// The same numbers in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32 % end
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}
