//! Many products at once, matched by slug: each row is made or changed, or told what is wrong with it.

use super::Catalogue;
use super::draft::ProductChange;
use crate::domain::catalogue::Product;
use crate::domain::ids::ProductId;
use crate::domain::limits;
use crate::services::error::{Mistake, Problem, ServiceError};
use crate::storage::UnitOfWork;

/// What one bad row means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkPolicy {
    /// Nothing is saved unless every row is good.
    RejectEverything,
    /// The good rows are saved.
    RejectFailedRows,
}

/// What became of a bulk write.
#[derive(Debug, Clone, Default)]
pub struct BulkOutcome {
    pub created: usize,
    pub updated: usize,
    pub rows: Vec<BulkRow>,
}

/// What became of one row; a row without product and mistakes was good but not saved, for another's sake.
#[derive(Debug, Clone, Default)]
pub struct BulkRow {
    pub product: Option<Product>,
    pub mistakes: Vec<Mistake>,
}

/// A row that was written.
struct Written {
    id: ProductId,
    is_new: bool,
}

impl Catalogue {
    /// Makes or changes up to a hundred products.
    pub async fn bulk_upsert(
        &self,
        changes: Vec<ProductChange>,
        policy: BulkPolicy,
    ) -> Result<BulkOutcome, ServiceError> {
        if changes.len() > limits::PAGE {
            return Err(ServiceError::refuse(["inputs"], Problem::TooMany { max: limits::PAGE }));
        }
        let slugs: Vec<String> = changes.iter().filter_map(|change| change.slug.clone()).collect();
        let known = self.storage.products_by_slug(&slugs).await?;
        let mut shared = match policy {
            BulkPolicy::RejectEverything => Some(self.storage.begin().await?),
            BulkPolicy::RejectFailedRows => None,
        };
        let mut rows = Vec::with_capacity(changes.len());
        let mut failed = false;
        let mut seen = std::collections::HashSet::new();
        for (index, change) in changes.into_iter().enumerate() {
            let index = index.to_string();
            let at = ["inputs", index.as_str()];
            let slug = change.slug.clone();
            let done = if slug.clone().is_some_and(|slug| !seen.insert(slug)) {
                Err(ServiceError::refuse(at.iter().chain(&["slug"]), Problem::AlreadyExists { what: "slug" }))
            } else {
                let existing = slug.and_then(|slug| known.get(&slug)).map(|product| product.id);
                match &mut shared {
                    // A unit that met an error can do nothing more: the remaining rows are only checked.
                    Some(_) if failed => self.prepare(change, &at, existing.is_none()).await.map(|_| None),
                    Some(unit) => self.write_row(unit.as_mut(), change, existing, &at).await.map(Some),
                    None => self.write_alone(change, existing, &at).await.map(Some),
                }
            };
            rows.push(match done {
                Ok(written) => Ok(written),
                Err(ServiceError::Refused(mistakes)) => {
                    failed = true;
                    Err(mistakes)
                }
                Err(fault) => return Err(fault),
            });
        }
        if let Some(unit) = shared {
            if failed {
                // Dropping the unit undoes the good rows.
                rows.iter_mut().filter(|row| row.is_ok()).for_each(|row| *row = Ok(None));
            } else {
                unit.save().await?;
            }
        }
        self.report(rows).await
    }

    async fn write_alone(
        &self,
        change: ProductChange,
        existing: Option<ProductId>,
        at: &[&str],
    ) -> Result<Written, ServiceError> {
        // Checked before the unit begins, which on SQLite holds up every other writer.
        let (draft, links) = self.prepare(change, at, existing.is_none()).await?;
        let mut unit = self.storage.begin().await?;
        let written = match existing {
            Some(id) => {
                self.replace(unit.as_mut(), id, draft, links, None, at).await?;
                Written { id, is_new: false }
            }
            None => Written { id: self.insert(unit.as_mut(), draft, links, at).await?, is_new: true },
        };
        unit.save().await?;
        Ok(written)
    }

    async fn write_row(
        &self,
        unit: &mut dyn UnitOfWork,
        change: ProductChange,
        existing: Option<ProductId>,
        at: &[&str],
    ) -> Result<Written, ServiceError> {
        let (draft, links) = self.prepare(change, at, existing.is_none()).await?;
        match existing {
            Some(id) => {
                self.replace(unit, id, draft, links, None, at).await?;
                Ok(Written { id, is_new: false })
            }
            None => Ok(Written { id: self.insert(unit, draft, links, at).await?, is_new: true }),
        }
    }

    async fn report(
        &self,
        rows: Vec<Result<Option<Written>, Vec<Mistake>>>,
    ) -> Result<BulkOutcome, ServiceError> {
        let ids: Vec<ProductId> =
            rows.iter().filter_map(|row| row.as_ref().ok()?.as_ref().map(|w| w.id)).collect();
        self.tell_of(&ids).await;
        let stored = self.storage.products(&ids).await?;
        let mut outcome = BulkOutcome::default();
        for row in rows {
            outcome.rows.push(match row {
                Err(mistakes) => BulkRow { product: None, mistakes },
                Ok(None) => BulkRow::default(),
                Ok(Some(Written { id, is_new })) => {
                    if is_new {
                        outcome.created += 1;
                    } else {
                        outcome.updated += 1;
                    }
                    BulkRow { product: stored.get(&id).cloned(), mistakes: Vec::new() }
                }
            });
        }
        Ok(outcome)
    }
}
