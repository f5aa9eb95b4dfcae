//! Brands as staff keep them.

use super::Catalogue;
use crate::bus::{Message, Topic};
use crate::domain::catalogue::Brand;
use crate::domain::limits;
use crate::domain::text::{self, Slug};
use crate::services::error::{Mistakes, ServiceError};

impl Catalogue {
    /// Adds a brand, or renames the one of this slug.
    pub async fn save_brand(&self, slug: &str, name: &str) -> Result<Brand, ServiceError> {
        let mut mistakes = Mistakes::default();
        let slug = mistakes.check(["slug"], Slug::parse(slug));
        let name = mistakes.check(["name"], text::line("name", name, limits::NAME));
        let (Some(slug), Some(name)) = (slug, name) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let new = Brand { id: self.context.new_id(), slug, name, created_at: self.context.now() };
        let mut unit = self.storage.begin().await?;
        let written = unit.upsert_brands(std::slice::from_ref(&new)).await?;
        unit.save().await?;
        let id = written.first().map_or(new.id, |written| written.id);
        let brand = self.storage.brands(&[id]).await?.remove(&id).unwrap_or(new);
        self.live.brand_changed(&brand);
        self.bus.publish(Message::about(Topic::Catalogue));
        Ok(brand)
    }
}
