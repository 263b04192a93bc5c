//! Where the cluster is: in the data directory, or, when the account that runs it for root cannot get there, in a place of its own.

use std::{
    fs::{self, DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Component, Path, PathBuf},
};

use super::{
    super::{
        account::{self, Account},
        socket,
    },
    ClusterError, io,
};

/// Home of the clusters whose data directories are behind closed doors, such as that of `/root`.
const ELSEWHERE: &str = "/var/lib/triptych";
/// The file in the data directory that says so.
const SIGN: &str = "postgres.where";

/// A directory for the cluster, and who is to run it, if not we.
#[derive(Debug)]
pub(super) struct Place {
    pub cluster: PathBuf,
    pub account: Option<Account>,
}

impl Place {
    /// Makes the way to the cluster of `data`, an absolute path, passable for the account that runs it.
    pub fn prepare(data: &Path) -> Result<Place, ClusterError> {
        let cluster = cluster_of(data);
        let Some(account) = account::stand_in(&cluster)? else { return Ok(Place { cluster, account: None }) };
        if cluster != inside(data) {
            return Place::elsewhere(cluster);
        }
        match account::open_data_directory(data, &account) {
            Err(ClusterError::Closed { door, account }) if !cluster.exists() => {
                let cluster = Path::new(ELSEWHERE).join(socket::short_name(data)).join("postgres");
                let place = Place::elsewhere(cluster)?;
                put_up_sign(data, &place.cluster, &door, &account)?;
                Ok(place)
            }
            opened => opened.map(|()| Place { cluster, account: Some(account) }),
        }
    }

    fn elsewhere(cluster: PathBuf) -> Result<Place, ClusterError> {
        let account = account::stand_in(&cluster)?;
        let parent = cluster.parent().unwrap_or(Path::new(ELSEWHERE));
        make(Path::new(ELSEWHERE))?;
        make(parent)?;
        if let Some(account) = &account {
            account::open_data_directory(parent, account)?;
        }
        Ok(Place { cluster, account })
    }
}

/// The cluster that belongs to `data`, whether or not it is there yet. A sign counts even when the data directory was moved.
pub(super) fn cluster_of(data: &Path) -> PathBuf {
    let inside = inside(data);
    if inside.exists() {
        return inside;
    }
    let sign = fs::read_to_string(data.join(SIGN)).unwrap_or_default();
    let told = sign.lines().find(|line| line.starts_with('/')).map(PathBuf::from);
    told.filter(|cluster| is_elsewhere(cluster)).unwrap_or(inside)
}

fn inside(data: &Path) -> PathBuf {
    data.join("postgres")
}

/// Whether we could have chosen this place.
fn is_elsewhere(cluster: &Path) -> bool {
    let straight = cluster.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    straight && cluster.ends_with("postgres") && cluster.ancestors().nth(2) == Some(Path::new(ELSEWHERE))
}

/// Makes a directory that everybody may go through, whatever our mask says; one that exists is left as it is.
fn make(directory: &Path) -> Result<(), ClusterError> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o755).create(directory).map_err(io(directory))?;
    fs::set_permissions(directory, Permissions::from_mode(0o755)).map_err(io(directory))
}

fn put_up_sign(data: &Path, cluster: &Path, door: &Path, account: &str) -> Result<(), ClusterError> {
    let (place, door) = (cluster.display(), door.display());
    let path = data.join(SIGN);
    let text = format!(
        "The PostgreSQL cluster that belongs to this directory is in\n{place}\n\
         because the account {account}, which runs it in place of root, may not go through {door}.\n"
    );
    fs::write(&path, text).map_err(io(&path))?;
    tracing::info!(cluster = %place, "the private PostgreSQL is outside the data directory: {account} may not go through {door}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs() {
        let data = tempfile::tempdir().expect("directory");
        let elsewhere = "/var/lib/triptych/0123456789abcdef/postgres";
        for (sign, counts) in [
            (format!("It is in\n{elsewhere}\nbecause.\n"), true),
            (String::new(), false),
            ("/etc/postgres\n".to_owned(), false),
            ("/var/lib/triptych/../postgres\n".to_owned(), false),
            ("/var/lib/triptych/a/b/postgres\n".to_owned(), false),
            ("/var/lib/triptych/a/other\n".to_owned(), false),
        ] {
            fs::write(data.path().join(SIGN), &sign).expect("written");
            let want = if counts { PathBuf::from(elsewhere) } else { data.path().join("postgres") };
            assert_eq!(cluster_of(data.path()), want, "{sign:?}");
        }
        fs::write(data.path().join(SIGN), elsewhere).expect("written");
        fs::create_dir(data.path().join("postgres")).expect("directory");
        assert_eq!(cluster_of(data.path()), data.path().join("postgres"), "what is inside comes first");
    }
}
