//! Columns that hold JSON: the one place where entities meet serialisation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::caller::{Permission, PermissionSet};
use crate::domain::catalogue::{Image, ProductAttribute, SelectedOption};
use crate::domain::experiment::ExperimentVariant;
use crate::domain::ids::OrderLineId;
use crate::domain::money::{Currency, Money, parse_currency};
use crate::domain::order::{AppliedVoucher, ShippingOption, TaxLine};
use crate::domain::payment::{PaymentNextAction, PaymentTerms};
use crate::domain::people::{Address, Preferences};
use crate::domain::recommendation::{OfflineMetrics, ServedItem};
use crate::domain::time::Timestamp;

/// Something kept as JSON text.
pub(super) trait Document: Sized {
    fn read(text: &str) -> Result<Self, String>;
    fn write(&self) -> String;
}

/// Turns an entity into its stored form and back.
trait Stored: Sized {
    type Form: Serialize + for<'de> Deserialize<'de>;
    fn form(&self) -> Self::Form;
    fn entity(form: Self::Form) -> Result<Self, String>;
}

fn read_json<F: for<'de> Deserialize<'de>>(text: &str) -> Result<F, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn write_json<F: Serialize>(form: &F) -> String {
    // Forms are plain structures with text keys; writing those to a string has nothing that can fail.
    serde_json::to_string(form).unwrap_or_else(|_| "null".to_owned())
}

impl<T: Stored> Document for T {
    fn read(text: &str) -> Result<Self, String> {
        T::entity(read_json(text)?)
    }

    fn write(&self) -> String {
        write_json(&self.form())
    }
}

impl<T: Stored> Document for Vec<T> {
    fn read(text: &str) -> Result<Self, String> {
        read_json::<Vec<T::Form>>(text)?.into_iter().map(T::entity).collect()
    }

    fn write(&self) -> String {
        write_json(&self.iter().map(T::form).collect::<Vec<_>>())
    }
}

/// Entities whose stored form has the same fields.
macro_rules! stored {
    ($($entity:ty as $form:ident { $($field:ident: $type:ty),+ $(,)? })+) => {$(
        #[derive(Serialize, Deserialize)]
        struct $form { $(#[serde(skip_serializing_if = "Skip::skip")] $field: $type),+ }

        impl Stored for $entity {
            type Form = $form;
            fn form(&self) -> $form {
                $form { $($field: self.$field.clone().into()),+ }
            }
            fn entity(form: $form) -> Result<Self, String> {
                Ok(Self { $($field: form.$field.into()),+ })
            }
        }
    )+};
}

/// Absent values are left out of documents.
trait Skip {
    fn skip(&self) -> bool {
        false
    }
}
impl<T> Skip for Option<T> {
    fn skip(&self) -> bool {
        self.is_none()
    }
}
macro_rules! never_skipped { ($($type:ty),+) => { $(impl Skip for $type {})+ } }
never_skipped!(String, bool, u32, i64, f32, f64, Uuid);

stored! {
    Image as ImageForm { url: String, alt: String, width: Option<u32>, height: Option<u32> }
    ProductAttribute as AttributeForm { key: String, label: String, value: String }
    SelectedOption as OptionForm { name: String, value: String }
    ExperimentVariant as VariantForm { key: String, strategy_id: String, weight: f64, config: Option<String> }
    TaxLine as TaxLineForm { name: String, rate_millionths: u32, amount_minor: i64 }
    AppliedVoucher as VoucherForm { code: String, discount_minor: i64, description: String }
    ServedItem as ServedItemForm { product_id: Uuid, score: f32, source: String, propensity: Option<f32> }
    OfflineMetrics as OfflineForm { k: u32, precision: f64, recall: f64, ndcg: f64, map: f64, coverage: f64, diversity: f64 }
    PaymentTerms as TermsForm { capture_now: bool, return_url: Option<String>, method: Option<String> }
    Address as AddressForm {
        id: Uuid, name: String, line1: String, line2: Option<String>, city: String, region: Option<String>,
        postal_code: Option<String>, country: String, phone: Option<String>, is_default: bool,
    }
}

impl Stored for String {
    type Form = String;
    fn form(&self) -> String {
        self.clone()
    }
    fn entity(form: String) -> Result<Self, String> {
        Ok(form)
    }
}

#[derive(Serialize, Deserialize)]
struct MoneyForm {
    minor: i64,
    currency: String,
}

impl Stored for Money {
    type Form = MoneyForm;
    fn form(&self) -> MoneyForm {
        MoneyForm { minor: self.minor(), currency: self.currency().code().to_owned() }
    }
    fn entity(form: MoneyForm) -> Result<Self, String> {
        let currency: Currency = parse_currency(&form.currency).map_err(|error| error.to_string())?;
        Ok(Self::new(form.minor, currency))
    }
}

#[derive(Serialize, Deserialize)]
struct ShippingForm {
    id: String,
    name: String,
    carrier: String,
    price: MoneyForm,
    min_days: Option<u16>,
    max_days: Option<u16>,
}

impl Stored for ShippingOption {
    type Form = ShippingForm;
    fn form(&self) -> ShippingForm {
        ShippingForm {
            id: self.id.clone(),
            name: self.name.clone(),
            carrier: self.carrier.clone(),
            price: self.price.form(),
            min_days: self.min_days,
            max_days: self.max_days,
        }
    }
    fn entity(form: ShippingForm) -> Result<Self, String> {
        Ok(Self {
            id: form.id,
            name: form.name,
            carrier: form.carrier,
            price: Money::entity(form.price)?,
            min_days: form.min_days,
            max_days: form.max_days,
        })
    }
}

/// A line of an order and how many pieces of it.
impl Stored for (OrderLineId, u32) {
    type Form = (Uuid, u32);
    fn form(&self) -> Self::Form {
        (self.0.uuid(), self.1)
    }
    fn entity(form: Self::Form) -> Result<Self, String> {
        Ok((form.0.into(), form.1))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum NextActionForm {
    Redirect { url: String, expires_at: Option<i64> },
    QrCode { payload: String, expires_at: Option<i64> },
    ClientSecret { client_secret: String, publishable_key: String },
}

impl Stored for PaymentNextAction {
    type Form = NextActionForm;
    fn form(&self) -> NextActionForm {
        let millis = |time: &Option<Timestamp>| time.map(Timestamp::as_millis);
        match self.clone() {
            Self::Redirect { url, expires_at } => {
                NextActionForm::Redirect { url, expires_at: millis(&expires_at) }
            }
            Self::QrCode { payload, expires_at } => {
                NextActionForm::QrCode { payload, expires_at: millis(&expires_at) }
            }
            Self::ClientSecret { client_secret, publishable_key } => {
                NextActionForm::ClientSecret { client_secret, publishable_key }
            }
        }
    }
    fn entity(form: NextActionForm) -> Result<Self, String> {
        let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        Ok(match form {
            NextActionForm::Redirect { url, expires_at } => {
                Self::Redirect { url, expires_at: time(expires_at) }
            }
            NextActionForm::QrCode { payload, expires_at } => {
                Self::QrCode { payload, expires_at: time(expires_at) }
            }
            NextActionForm::ClientSecret { client_secret, publishable_key } => {
                Self::ClientSecret { client_secret, publishable_key }
            }
        })
    }
}

#[derive(Serialize, Deserialize)]
struct PreferencesForm {
    #[serde(default)]
    categories: Vec<Uuid>,
    #[serde(default)]
    brands: Vec<Uuid>,
    #[serde(default)]
    liked_products: Vec<Uuid>,
    min_price: Option<MoneyForm>,
    max_price: Option<MoneyForm>,
    min_sustainability_score: Option<u8>,
    updated_at: Option<i64>,
}

impl Stored for Preferences {
    type Form = PreferencesForm;
    fn form(&self) -> PreferencesForm {
        PreferencesForm {
            categories: self.categories.iter().map(|id| id.uuid()).collect(),
            brands: self.brands.iter().map(|id| id.uuid()).collect(),
            liked_products: self.liked_products.iter().map(|id| id.uuid()).collect(),
            min_price: self.min_price.map(|price| price.form()),
            max_price: self.max_price.map(|price| price.form()),
            min_sustainability_score: self.min_sustainability_score,
            updated_at: self.updated_at.map(Timestamp::as_millis),
        }
    }
    fn entity(form: PreferencesForm) -> Result<Self, String> {
        Ok(Self {
            categories: form.categories.into_iter().map(Into::into).collect(),
            brands: form.brands.into_iter().map(Into::into).collect(),
            liked_products: form.liked_products.into_iter().map(Into::into).collect(),
            min_price: form.min_price.map(Money::entity).transpose()?,
            max_price: form.max_price.map(Money::entity).transpose()?,
            min_sustainability_score: form.min_sustainability_score,
            updated_at: form.updated_at.map(Timestamp::from_millis),
        })
    }
}

impl Stored for PermissionSet {
    type Form = Vec<String>;
    fn form(&self) -> Vec<String> {
        self.iter().map(|permission| permission.name().to_owned()).collect()
    }
    fn entity(form: Vec<String>) -> Result<Self, String> {
        form.iter()
            .map(|name| Permission::from_name(name).ok_or_else(|| format!("unknown permission {name:?}")))
            .collect()
    }
}
