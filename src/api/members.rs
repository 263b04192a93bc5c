//! `/api/v1/collections/{id}/members` and their order.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::address::Address;
use super::answer::{Listed, Read, TakenOut, Written};
use super::auth::{Key, Reader};
use super::body::Body;
use super::etag::{IfMatch, IfNoneMatch, of_revision};
use super::ids;
use super::problem::Problem;
use super::schema::{MemberOrder, MemberView, MembersAdded, MembersInput, MembersMove, member_ids};
use super::{App, Tags};

/// Members of collections.
pub struct Members;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Collections")]
impl Members {
    /// List the members of a collection
    ///
    /// In order. Without a key only what is published is listed, and what is elsewhere.
    #[oai(path = "/collections/:id/members", method = "get", operation_id = "listMembers")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// The collection's id.
        id: Path<String>,
        /// Where the page starts: the position it comes after, as `next` of the page before says.
        after: Query<Option<i32>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
        /// Whether to count them all, drafts among them.
        total: Query<Option<bool>>,
    ) -> Result<Listed<MemberView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let collection = app.readable_collection(&id, &reader).await?;
        let page = app.catalog.members(&id, reader.sees_all(), after.0, limit).await?;
        let total = total.0.filter(|total| *total).map(|_| i64::from(collection.member_count));
        let query = [("limit", limit.to_string())];
        Ok(Listed::new(page, |member| MemberView::of(member, &uris), total, &uris.api(&["collections", &id, "members"]), &query))
    }

    /// Add members to a collection
    ///
    /// Any number at once, at a place; all or nothing. An item or collection is in one collection at most once, and no collection
    /// is in itself, neither directly nor through others. `If-Match` takes the collection's ETag; the answer's ETag is its new one.
    #[oai(path = "/collections/:id/members", method = "post", operation_id = "addMembers")]
    async fn add(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        body: Body<MembersInput>,
    ) -> Result<Written<MembersAdded>, Problem> {
        let (position, new) = body.0.check()?;
        let (position, members, revision) = app.catalog.add_members(&id, position, &new, &condition.0).await?;
        let members = members.iter().map(Uuid::to_string).collect();
        Ok(Written::created(MembersAdded { position, members }, revision, uris.api(&["collections", &id, "members"])))
    }

    /// Take a member out of a collection
    ///
    /// The item or collection itself stays. `If-Match` takes the collection's ETag; the answer's ETag is its new one.
    #[oai(path = "/collections/:id/members/:member", method = "delete", operation_id = "removeMember")]
    async fn remove(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        /// The member's id.
        member: Path<String>,
    ) -> Result<TakenOut, Problem> {
        let Ok(member) = Uuid::parse_str(&member) else { return Err(Problem::not_found("member")) };
        let revision = app.catalog.remove_member(&id, member, &condition.0).await?;
        Ok(TakenOut::Done(of_revision(revision)))
    }

    /// Move members of a collection
    ///
    /// Any number at once: they follow one another in the order that they are sent, the first at `position` afterwards. No id
    /// changes. `If-Match` takes the collection's ETag; the answer's ETag is its new one.
    #[oai(path = "/collections/:id/move", method = "post", operation_id = "moveMembers")]
    async fn move_some(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        body: Body<MembersMove>,
    ) -> Result<Written<MembersMove>, Problem> {
        let revision = app.catalog.move_members(&id, &member_ids(&body.0.members)?, body.0.position, &condition.0).await?;
        Ok(Written::Changed(Json(body.0), of_revision(revision)))
    }

    /// Read the order of a collection
    ///
    /// The ids of its members. The ETag is the collection's.
    #[oai(path = "/collections/:id/order", method = "get", operation_id = "getMemberOrder")]
    async fn order(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        known: IfNoneMatch,
        /// The collection's id.
        id: Path<String>,
    ) -> Result<Read<MemberOrder>, Problem> {
        app.readable_collection(&id, &reader).await?;
        let (members, revision) = app.catalog.member_order(&id, reader.sees_all()).await?;
        let members = members.iter().map(Uuid::to_string).collect();
        Ok(Read::new(MemberOrder { members }, revision, &known))
    }

    /// Set the order of a collection
    ///
    /// The ids of all its members, each once. `If-Match` takes the collection's ETag. No id changes. To move a few of many, move
    /// them instead.
    #[oai(path = "/collections/:id/order", method = "put", operation_id = "setMemberOrder")]
    async fn set_order(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        body: Body<MemberOrder>,
    ) -> Result<Written<MemberOrder>, Problem> {
        let revision = app.catalog.set_member_order(&id, &member_ids(&body.0.members)?, &condition.0).await?;
        Ok(Written::Changed(Json(body.0), of_revision(revision)))
    }
}
