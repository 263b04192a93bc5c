//! Where the socket of the private cluster is: paths of sockets may have no more than 107 bytes.

use std::{
    env, fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    account::{Account, hand_over, our_uid},
    cluster::{ClusterError, io},
};

/// PostgreSQL's name for its socket, on the port that clients take for granted.
pub(super) const FILES: [&str; 2] = [".s.PGSQL.5432", ".s.PGSQL.5432.lock"];
const LONGEST: usize = 107;

/// The cluster's own directory, or, when its path is too long, a private one in `XDG_RUNTIME_DIR` or `/tmp` named after it.
pub(super) fn directory(cluster: &Path, account: Option<&Account>) -> Result<PathBuf, ClusterError> {
    if fits(cluster) {
        return Ok(cluster.to_path_buf());
    }
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| account.is_none() && dir.is_dir());
    let name = short_name(cluster);
    let named = |parent: &Path| parent.join(format!("triptych-{}-{name}", our_uid()));
    let chosen = runtime.map(|dir| named(&dir)).filter(|dir| fits(dir)).unwrap_or_else(|| named(Path::new("/tmp")));
    private(&chosen, account)?;
    Ok(chosen)
}

/// A name for `path` that is short and as good as unique.
pub(super) fn short_name(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn fits(directory: &Path) -> bool {
    directory.as_os_str().len() + 1 + FILES[0].len() <= LONGEST
}

/// Makes `directory`, or takes it as it is if nobody else could have made it.
fn private(directory: &Path, account: Option<&Account>) -> Result<(), ClusterError> {
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(io(directory)(error)),
        _ => {}
    }
    let found = fs::symlink_metadata(directory).map_err(io(directory))?;
    let ours = found.uid() == our_uid() || account.is_some_and(|account| account.uid == found.uid());
    if !found.is_dir() || !ours {
        return Err(ClusterError::NotOurs { path: directory.to_path_buf() });
    }
    hand_over(directory, account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_path_is_taken_as_it_is() {
        assert_eq!(directory(Path::new("/srv/triptych/postgres"), None).ok(), Some("/srv/triptych/postgres".into()));
    }

    #[test]
    fn a_long_path_has_one_short_stand_in() {
        let long = PathBuf::from(format!("/srv/{}/postgres", "x".repeat(120)));
        let short = directory(&long, None).expect("a directory");
        assert!(fits(&short), "{}", short.display());
        assert_eq!(fs::metadata(&short).expect("directory").mode() & 0o777, 0o700);
        assert_eq!(directory(&long, None).ok().as_ref(), Some(&short));
        fs::remove_dir(&short).expect("removed");
        std::os::unix::fs::symlink("/", &short).expect("link");
        let fooled = directory(&long, None);
        fs::remove_file(&short).expect("removed");
        assert!(matches!(fooled, Err(ClusterError::NotOurs { .. })), "{fooled:?}");
    }
}
