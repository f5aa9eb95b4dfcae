//! Categories and brands.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use crate::domain::catalogue;
use crate::domain::ids::CategoryId;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id::GlobalId;
use crate::graphql::loaders::{ProductCountOf, WholeTree, load};

/// A place in the category tree.
#[derive(Clone)]
pub struct Category(Arc<catalogue::Category>);

impl From<Arc<catalogue::Category>> for Category {
    fn from(category: Arc<catalogue::Category>) -> Self {
        Self(category)
    }
}

impl From<catalogue::Category> for Category {
    fn from(category: catalogue::Category) -> Self {
        Self(Arc::new(category))
    }
}

#[Object]
impl Category {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn parent(&self, ctx: &Context<'_>) -> GraphqlResult<Option<Self>> {
        match self.0.parent_id {
            Some(parent) => Ok(load(ctx, parent).await?.map(Self)),
            None => Ok(None),
        }
    }

    /// Root first.
    async fn ancestors(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Self>> {
        if self.0.parent_id.is_none() {
            return Ok(Vec::new());
        }
        Ok(path_to(&tree(ctx).await?, self.0.parent_id))
    }

    async fn children(&self, ctx: &Context<'_>) -> GraphqlResult<Vec<Self>> {
        let tree = tree(ctx).await?;
        let below = tree.iter().filter(|category| category.parent_id == Some(self.0.id));
        Ok(below.cloned().map(Self::from).collect())
    }

    /// Products on sale, those of descendants included.
    async fn product_count(&self, ctx: &Context<'_>) -> GraphqlResult<i32> {
        let count = load(ctx, ProductCountOf(self.0.id)).await?.unwrap_or(0);
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

async fn tree(ctx: &Context<'_>) -> GraphqlResult<Arc<[catalogue::Category]>> {
    Ok(load(ctx, WholeTree).await?.unwrap_or_default())
}

fn path_to(tree: &[catalogue::Category], mut at: Option<CategoryId>) -> Vec<Category> {
    let mut path = Vec::new();
    // Never longer than the tree, whatever the rows say.
    while let Some(found) = at.and_then(|id| tree.iter().find(|category| category.id == id))
        && path.len() < tree.len()
    {
        path.push(Category::from(found.clone()));
        at = found.parent_id;
    }
    path.reverse();
    path
}

/// The part of the tree below `root` (or all of it), parents before children, down to `max_depth` levels.
pub(super) fn subtree(
    tree: Vec<catalogue::Category>,
    root: Option<CategoryId>,
    max_depth: Option<usize>,
) -> Vec<Category> {
    let mut depths = std::collections::HashMap::new();
    let mut kept = Vec::new();
    for category in tree {
        let depth = match (root, category.parent_id) {
            (Some(root), _) if category.id == root => Some(1),
            (None, None) => Some(1),
            (_, Some(parent)) => depths.get(&parent).map(|depth| depth + 1),
            (Some(_), None) => None,
        };
        let Some(depth) = depth else { continue };
        if max_depth.is_none_or(|max| depth <= max) {
            depths.insert(category.id, depth);
            kept.push(Category::from(category));
        }
    }
    kept
}

/// Who makes a product.
#[derive(Clone)]
pub struct Brand(Arc<catalogue::Brand>);

impl From<Arc<catalogue::Brand>> for Brand {
    fn from(brand: Arc<catalogue::Brand>) -> Self {
        Self(brand)
    }
}

impl From<catalogue::Brand> for Brand {
    fn from(brand: catalogue::Brand) -> Self {
        Self(Arc::new(brand))
    }
}

#[Object]
impl Brand {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }
}
