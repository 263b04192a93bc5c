//! The shapes of REST bodies: the names of IIIF Presentation 3.0, camelCase.

mod collection;
mod content_state;
mod image;
mod import;
mod item;
mod job;
mod language;
mod page_work;
mod parts;
mod properties;
mod spreadsheet;
mod transfer;
mod validation;

pub use collection::{CollectionInput, CollectionView, MemberOrder, MemberView, MembersAdded, MembersInput, MembersMove, member_ids};
pub use content_state::{ContentStateView, PlaceInput};
pub use image::{ImagePatch, ImageRegistration, ImageView};
pub use import::{ImportInput, ImportView, SourceView};
pub use item::{
    CanvasInput, CanvasView, CanvasesInput, CanvasesView, ImageOnCanvas, ItemInput, ItemView, ReadingOrder, StatusName, localise,
    localise_canvas, localise_item,
};
pub use job::{EntryView, IngestInput, JobEvent, JobView, StateName};
pub use page_work::{CanvasesMove, LabelsInput, LabelsView, MissingInput};
pub use parts::{
    AnnotationPageInput, AnnotationPageView, AnnotationsView, NewAnnotations, NewPainting, NewRange, PaintingOrder, PaintingsView,
    RangePlace, Ranges,
};
pub use properties::Properties;
pub use spreadsheet::{RowsName, SheetView, SpreadsheetView, UndoneView};
pub use transfer::{MergeInput, SplitInput, TransferView};
pub use validation::{ValidationInput, ValidationView};

use poem_openapi::Object;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};

/// One page of a list.
#[derive(Object)]
pub struct List<T: Type + ParseFromJSON + ToJSON> {
    /// The entries, in the order of the list.
    pub items: Vec<T>,
    /// How many there are on all pages; only if `total=true` was asked.
    #[oai(skip_serializing_if_is_none)]
    pub total: Option<i64>,
    /// URL of the next page; missing on the last.
    #[oai(skip_serializing_if_is_none)]
    pub next: Option<String>,
}

/// A moment as RFC 3339 writes it, in UTC.
pub fn moment(time: time::OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC).format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}
