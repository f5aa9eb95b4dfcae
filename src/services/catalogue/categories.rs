//! The category tree as staff change it.

use super::Catalogue;
use crate::bus::{Message, Topic};
use crate::domain::catalogue::Category;
use crate::domain::ids::CategoryId;
use crate::domain::limits;
use crate::domain::text::{self, Slug};
use crate::services::error::{Mistakes, Problem, ServiceError, refused_write};
use crate::storage::StorageError;

/// A category as typed.
#[derive(Debug, Clone)]
pub struct CategoryChange {
    pub slug: String,
    pub name: String,
    pub parent: Option<CategoryId>,
}

impl Catalogue {
    /// Adds a category, or replaces slug, name and parent of the one with this id.
    pub async fn save_category(
        &self,
        id: Option<CategoryId>,
        change: CategoryChange,
    ) -> Result<Category, ServiceError> {
        let mut mistakes = Mistakes::default();
        let slug = mistakes.check(["input", "slug"], Slug::parse(&change.slug));
        let name = mistakes.check(["input", "name"], text::line("name", &change.name, limits::NAME));
        let (Some(slug), Some(name)) = (slug, name) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let tree = self.storage.category_tree().await?;
        let place = |id: CategoryId| tree.iter().find(|category| category.id == id);
        let old = match id {
            None => None,
            Some(id) => Some(
                place(id)
                    .ok_or_else(|| ServiceError::refuse(["id"], Problem::NotFound { what: "category" }))?,
            ),
        };
        if let Some(parent) = change.parent {
            let mut above = Some(parent);
            let mut depth = 1;
            while let Some(at) = above {
                if Some(at) == id {
                    let expected = "must not be the category itself or lie below it";
                    return Err(ServiceError::refuse(["input", "parentId"], Problem::Malformed { expected }));
                }
                let found = place(at);
                let found = found.ok_or_else(|| {
                    ServiceError::refuse(["input", "parentId"], Problem::NotFound { what: "category" })
                })?;
                above = found.parent_id;
                depth += 1;
            }
            if depth > limits::CATEGORY_DEPTH {
                let expected = "would make the tree deeper than ten levels";
                return Err(ServiceError::refuse(["input", "parentId"], Problem::Malformed { expected }));
            }
        }
        let category = Category {
            id: id.unwrap_or_else(|| self.context.new_id()),
            slug,
            name,
            parent_id: change.parent,
            created_at: old.map_or_else(|| self.context.now(), |old| old.created_at),
        };
        let mut unit = self.storage.begin().await?;
        let written = match old {
            None => unit.insert_category(&category).await,
            Some(_) => unit.update_category(&category).await,
        };
        written.map_err(|error| match error {
            StorageError::Conflict { what: "category tree" } => {
                let expected = "must not be the category itself or lie below it";
                ServiceError::refuse(["input", "parentId"], Problem::Malformed { expected })
            }
            StorageError::Missing { what } => {
                ServiceError::refuse(["input", "parentId"], Problem::NotFound { what })
            }
            other => refused_write(other, ["input", "slug"]),
        })?;
        unit.save().await?;
        self.live.category_changed(&category);
        self.bus.publish(Message::about(Topic::Catalogue));
        Ok(category)
    }
}
