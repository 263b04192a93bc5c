//! The ruler: a static file server with copies of the very bytes that the service sends. nginx where it is installed; else a
//! plain server of our own, in a process of its own.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Outcome;
use crate::client::{Client, get};
use crate::process::{Processes, stop};
use crate::service::{Service, free_address, wait_for};
use crate::workload::Workload;

/// Makes this program the plain server: directory and port follow.
pub const COMMAND: &str = "--serve-files";
/// A file that tells that the server is there.
const PROBE: &str = "/ready";

/// Keeps what the service answers as files; the mean size comes back.
pub fn copy(service: &Service, workload: &Workload, copies: &Path) -> Outcome<u64> {
    let mut client = Client::connect(service.address)?;
    let mut total = 0;
    for path in &workload.paths {
        let answer = client.send(&get(path, workload.packed))?;
        if answer.status != 200 {
            return Err(format!("{path}: {}", answer.status).into());
        }
        let file = place(copies, path);
        fs::create_dir_all(file.parent().ok_or("no directory")?)?;
        fs::write(file, answer.body)?;
        total += answer.body.len() as u64;
    }
    Ok(total / workload.paths.len() as u64)
}

fn place(copies: &Path, path: &str) -> PathBuf {
    copies.join(path.trim_start_matches('/'))
}

pub struct Rival {
    pub name: &'static str,
    pub address: SocketAddr,
    child: Child,
}

impl Drop for Rival {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

impl Rival {
    /// Starts it; `scratch` is for its own files.
    pub fn start(scratch: &Path, copies: &Path) -> Outcome<Self> {
        fs::write(place(copies, PROBE), "ready")?;
        let address = free_address()?;
        let (name, child) = match nginx(scratch, copies, address)? {
            Some(child) => ("nginx", child),
            None => ("plain file server (nginx is not installed)", plain(copies, address)?),
        };
        let rival = Self { name, address, child };
        wait_for(address, PROBE)?;
        Ok(rival)
    }

    pub fn processes(&self) -> Processes {
        Processes::of(&self.child)
    }
}

fn nginx(scratch: &Path, copies: &Path, address: SocketAddr) -> Outcome<Option<Child>> {
    let Some(program) = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"].into_iter().find(|file| Path::new(file).exists())
    else {
        return Ok(None);
    };
    // Its workers may be another user than ours.
    fs::set_permissions(scratch, Permissions::from_mode(0o755))?;
    let (scratch, copies) = (scratch.display(), copies.display());
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let scratches: String = kinds.iter().map(|kind| format!("{kind}_temp_path {scratch}/nginx-{kind};")).collect();
    let configuration = format!(
        "daemon off; worker_processes auto; pid {scratch}/nginx.pid; error_log {scratch}/nginx.log;
         events {{ worker_connections 1024; }}
         http {{
             {scratches} access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
             types {{ image/jpeg jpg; application/json json; }}
             server {{ listen {address}; root {copies}; }}
         }}"
    );
    let file = format!("{scratch}/nginx.conf");
    fs::write(&file, configuration)?;
    Ok(Some(Command::new(program).args(["-e", &format!("{scratch}/nginx.log"), "-c", &file]).spawn()?))
}

fn plain(copies: &Path, address: SocketAddr) -> Outcome<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    Ok(command.arg(COMMAND).arg(copies).arg(address.port().to_string()).stdin(Stdio::null()).spawn()?)
}

/// The plain server: a thread for each connection, files straight from the page cache to the socket.
pub fn serve(directory: &Path, port: u16) -> Outcome<()> {
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let (stream, directory) = (stream?, directory.to_owned());
        // A connection that ends is no fault.
        std::thread::spawn(move || answer(stream, &directory).ok());
    }
    Ok(())
}

fn answer(mut stream: TcpStream, directory: &Path) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(request) = lines.next() {
        let path = request?.split(' ').nth(1).unwrap_or_default().to_owned();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let mut file = File::open(place(directory, &path))?;
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", file.metadata()?.len())?;
        std::io::copy(&mut file, &mut stream)?;
    }
    Ok(())
}
