//! `triptych omeka`.

mod published;
mod push;
mod site;

use std::process::ExitCode;

use super::Failure;
use crate::config::Settings;
use crate::fetch::Fetcher;
use crate::omeka::Media;
use crate::server;
use published::{Entry, Published};
use push::{Deed, Done, Push, Wishes};
use site::{Key, Site, Trouble};

/// After so many items without any answer from Omeka S, the rest is not tried.
const PATIENCE: usize = 3;

#[derive(clap::Subcommand)]
pub(super) enum OmekaCommand {
    /// Make or update items in an Omeka S over its REST interface.
    ///
    /// The items are read from a running Triptych (--from), so this runs on any machine that reaches both. An item is found again by its
    /// dcterms:identifier, which is the address of its manifest: a second run changes what has changed and doubles nothing. What Omeka S
    /// has of other properties, further identifiers, media, item sets and visibility stays. Omeka S fetches the manifest itself, so it
    /// must reach --from, too; it keeps the address for ever.
    #[command(after_long_help = HELP)]
    Push(Arguments),
}

const HELP: &str = "\
Examples:
  triptych omeka push --server https://omeka.example.org --from https://iiif.example.org --all --dry-run
  triptych omeka push --server https://omeka.example.org --from https://iiif.example.org book-1 book-2

Make the key in Omeka S: Users, your user, API keys. Give it by OMEKA_IDENTITY and OMEKA_CREDENTIAL: other users of a machine can see
flags. An Omeka S in a private network is spoken to if --fetch-networks names the network. It fetches manifests and makes its own
pictures before it answers: give a slow one more time with --fetch-timeout. Nothing is removed from it, whatever is removed here.

Metadata goes to the Dublin Core property that its label names (dcterms:creator, or Creator, Author, ...), and otherwise to the
description, with its label. Where Omeka S is the place that metadata is kept, --keep-metadata leaves it as it is there.

The exit status is 0 if all went well, 1 if an item failed, and 2 if nothing could be done.";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Address of the Omeka S, such as <https://omeka.example.org>.
    #[arg(long, value_name = "URL")]
    server: String,
    /// Identity of a key of the Omeka S.
    #[arg(long, value_name = "TEXT", env = "OMEKA_IDENTITY", hide_env_values = true)]
    identity: String,
    /// Credential of the key.
    #[arg(long, value_name = "TEXT", env = "OMEKA_CREDENTIAL", hide_env_values = true)]
    credential: String,
    /// Public address of the Triptych whose items are brought; the setting `public_url` if not given.
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Ids of the items.
    #[arg(value_name = "ITEM", required_unless_present = "all")]
    items: Vec<String>,
    /// Bring all published items.
    #[arg(long, conflicts_with = "items")]
    all: bool,
    /// Only look, and tell what would be done.
    #[arg(long)]
    dry_run: bool,
    /// What Omeka S shows of an item: its manifest in a viewer, or each image.
    #[arg(long, value_enum, value_name = "WHAT", default_value = "manifest")]
    media: Shown,
    /// Version of the IIIF interface; the manifest's own address, or 3 for images, if not given.
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u8).range(2..=3))]
    iiif: Option<u8>,
    /// Of items that are there, only add missing media, and leave their metadata.
    #[arg(long)]
    keep_metadata: bool,
    /// Make new items private.
    #[arg(long)]
    private: bool,
    /// Number of the resource template of new items.
    #[arg(long, value_name = "NUMBER")]
    resource_template: Option<i64>,
    /// Number of an item set that new items go into; may be given several times.
    #[arg(long, value_name = "NUMBER")]
    item_set: Vec<i64>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Shown {
    Manifest,
    Images,
}

/// Does what the command says. The status tells whether every item got there.
pub(super) async fn run(OmekaCommand::Push(arguments): OmekaCommand, settings: &Settings) -> Result<ExitCode, Failure> {
    let from = arguments.from.as_deref().or(settings.public_url.as_deref());
    let from = from.ok_or("say with --from which Triptych has the items, such as --from https://iiif.example.org")?;
    for warning in [unencrypted(&arguments.server), fleeting(from)].into_iter().flatten() {
        eprintln!("triptych: warning: {warning}");
    }
    let fetcher = Fetcher::new(server::fetch_settings(settings));
    let key = Key { identity: arguments.identity.clone(), credential: arguments.credential.clone() };
    let site = Site::new(fetcher.clone(), &arguments.server, key);
    let properties = site.properties().await?;
    let published = Published::new(fetcher, from);
    let mut run =
        Run { push: Push { site, properties, wishes: wishes(&arguments) }, published, iiif: arguments.iiif, tally: Tally::default() };
    let ended = if arguments.all { run.all().await } else { run.named(&arguments.items).await };
    println!("{}", run.tally.sum(arguments.dry_run));
    ended?;
    Ok(if run.tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn wishes(arguments: &Arguments) -> Wishes {
    let media = match arguments.media {
        Shown::Manifest => Media::Manifest,
        Shown::Images => Media::Images,
    };
    let Arguments { dry_run, keep_metadata, private, resource_template, item_set, .. } = arguments;
    let (dry_run, keep_metadata, private) = (*dry_run, *keep_metadata, *private);
    Wishes { media, dry_run, keep_metadata, private, template: *resource_template, item_sets: item_set.clone() }
}

fn unencrypted(server: &str) -> Option<&'static str> {
    let open = server.starts_with("http://") && !is_this_machine(server);
    open.then_some("the key goes over the network as it is: give --server with https://")
}

fn fleeting(from: &str) -> Option<&'static str> {
    is_this_machine(from)
        .then_some("--from is an address that means something on this machine only, and Omeka S keeps the addresses of manifests for ever")
}

fn is_this_machine(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["localhost", "127.", "[::1]"].iter().any(|name| host.starts_with(name))
}

/// The items on their way.
struct Run {
    push: Push,
    published: Published,
    iiif: Option<u8>,
    tally: Tally,
}

impl Run {
    async fn all(&mut self) -> Result<(), Failure> {
        let mut next = Some(self.published.start());
        while let Some(url) = next {
            let (entries, after) = self.published.page(&url).await.map_err(|error| format!("no list of items: {error}"))?;
            for entry in entries {
                self.one(&entry).await?;
            }
            next = after;
        }
        Ok(())
    }

    async fn named(&mut self, items: &[String]) -> Result<(), Failure> {
        for id in items {
            match self.published.item(id).await {
                Ok(entry) => self.one(&entry).await?,
                Err(error) => self.tally.fail(id, &*error),
            }
        }
        Ok(())
    }

    /// Brings an item; an error is one that the next item would meet, too.
    async fn one(&mut self, entry: &Entry) -> Result<(), Failure> {
        let sources = match self.published.sources(entry, self.push.wishes.media, self.iiif).await {
            Ok(sources) => sources,
            Err(error) => {
                self.tally.fail(&entry.id, &*error);
                return Ok(());
            }
        };
        match self.push.item(entry, &sources).await {
            Ok(done) => self.tally.done(&entry.id, &done, &self.push.site),
            Err(trouble) => {
                let is_silent = matches!(trouble, Trouble::Silent(_));
                self.tally.fail(&entry.id, &trouble);
                self.tally.silent = if is_silent { self.tally.silent + 1 } else { 0 };
            }
        }
        if self.tally.silent < PATIENCE {
            Ok(())
        } else {
            Err("Omeka S does not answer any more; what is left is brought by another run".into())
        }
    }
}

/// What became of the items so far.
#[derive(Default)]
struct Tally {
    created: usize,
    changed: usize,
    unchanged: usize,
    failed: usize,
    /// Items in a row for which Omeka S did not answer.
    silent: usize,
}

impl Tally {
    fn done(&mut self, id: &str, done: &Done, site: &Site) {
        self.silent = 0;
        let (count, word) = match done.deed {
            Deed::Created => (&mut self.created, "created"),
            Deed::Changed => (&mut self.changed, "changed"),
            Deed::Unchanged => (&mut self.unchanged, "unchanged"),
        };
        *count += 1;
        println!("{word:<9}  {id}  {}", done.item.map(|item| site.page(item)).unwrap_or_default());
        for text in &done.lost {
            println!("           not taken by Omeka S: {}", super::validate::harmless(text));
        }
    }

    fn fail(&mut self, id: &str, error: &(dyn std::error::Error + 'static)) {
        self.failed += 1;
        println!("failed     {}  {}", super::validate::harmless(id), super::validate::harmless(&error.to_string()));
    }

    fn sum(&self, dry_run: bool) -> String {
        let Self { created, changed, unchanged, failed, silent: _ } = self;
        let would = if dry_run { "would be " } else { "" };
        format!("{created} {would}created, {changed} {would}changed, {unchanged} unchanged, {failed} failed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gives_a_doubtful_address_is_warned() {
        for (url, open, here) in [
            ("https://o.org", false, false),
            ("http://o.org/127.0.0.1", true, false),
            ("http://localhost:8080", false, true),
            ("http://127.0.0.1", false, true),
            ("https://[::1]/", false, true),
        ] {
            assert_eq!((unencrypted(url).is_some(), fleeting(url).is_some()), (open, here), "{url}");
        }
    }

    #[test]
    fn the_sum_says_what_was_done_or_would_be() {
        let tally = Tally { created: 1, changed: 2, unchanged: 3, failed: 4, silent: 0 };
        assert_eq!(tally.sum(false), "1 created, 2 changed, 3 unchanged, 4 failed");
        assert_eq!(tally.sum(true), "1 would be created, 2 would be changed, 3 unchanged, 4 failed");
    }
}
