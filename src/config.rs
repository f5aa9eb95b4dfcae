//! Settings: the commented defaults compiled in, then a file, then `SHELFWISE__SECTION__KEY`; unknown keys refused.

mod commerce;
mod payments;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use commerce::millionths as commerce_millionths;
pub use commerce::{CheckoutConfig, ShippingConfig, ShippingOptionConfig, TaxConfig, TaxRuleConfig};
pub use payments::{AlipayConfig, PaymentsConfig, SandboxConfig, StripeConfig, WeChatConfig};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// `config/default.toml`, the documentation of every setting.
pub const DEFAULTS: &str = include_str!("../config/default.toml");
const PREFIX: &str = "SHELFWISE__";
const SQLITE: &str = "sqlite:";
const SECRETS: [(&str, &str); 2] = [("auth", "token_secret"), ("mail", "password")];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub log: LogConfig,
    pub auth: AuthConfig,
    pub limits: LimitsConfig,
    pub shop: ShopConfig,
    pub tax: TaxConfig,
    pub shipping: ShippingConfig,
    pub checkout: CheckoutConfig,
    pub payments: PaymentsConfig,
    pub sandbox: SandboxConfig,
    pub stripe: StripeConfig,
    pub alipay: AlipayConfig,
    pub wechat: WeChatConfig,
    pub mail: MailConfig,
    pub outward: OutwardConfig,
    pub transfers: TransfersConfig,
    pub demo: DemoConfig,
    pub recommendations: RecommendationsConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    pub listen: SocketAddr,
    pub public_url: String,
    pub trusted_proxies: Vec<IpAddr>,
    pub allowed_origins: Vec<String>,
    pub request_timeout_seconds: u64,
    pub shutdown_grace_seconds: u64,
    pub rate_per_second: u32,
    pub rate_burst: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    pub url: String,
    pub max_connections: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    pub token_secret: String,
    pub access_token_minutes: u32,
    pub refresh_token_days: u32,
    pub verified_login: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    pub body_bytes: usize,
    pub depth: usize,
    pub complexity: usize,
    pub aliases: usize,
    pub root_fields: usize,
    pub directives: usize,
    pub tokens: usize,
    pub variables: usize,
    pub socket_operations: usize,
    pub socket_message_bytes: usize,
    pub socket_init_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopConfig {
    pub name: String,
    pub currency: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutwardConfig {
    pub allow_private: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransfersConfig {
    pub folder: String,
    pub export_hours: u32,
}

/// How mail leaves the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    Mailbox,
    Smtp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    Starttls,
    Tls,
    None,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    pub transport: MailTransport,
    pub from: String,
    pub host: String,
    pub port: u16,
    pub encryption: MailEncryption,
    pub username: String,
    pub password: String,
    pub timeout_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    pub enabled: bool,
    pub products: u32,
    pub users: u32,
    pub days: u32,
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecommendationsConfig {
    pub default_strategy: String,
    pub view_weight: f32,
    pub like_weight: f32,
    pub cart_weight: f32,
    pub purchase_weight: f32,
    pub decay_per_day: f32,
    pub train_every_minutes: u32,
    pub train_after_events: u32,
    pub measure_every_hours: u32,
    pub follow_seconds: u32,
    pub cache_bytes: u64,
    pub attribution_days: u32,
    pub model_dir: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the settings file {path} is not valid TOML: {source}")]
    Malformed { path: PathBuf, source: toml::de::Error },
    #[error("no setting is called {0}")]
    UnknownKey(String),
    #[error("the settings do not fit: {0}")]
    Mismatch(toml::de::Error),
    #[error("{key} {problem}")]
    OutOfRange { key: &'static str, problem: &'static str },
}

impl Config {
    /// The defaults, then `file`, then the given variables (the process's environment, or a test's list).
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = default_table()?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
            let overrides: Table = toml::from_str(&text)
                .map_err(|source| ConfigError::Malformed { path: path.to_owned(), source })?;
            for (section, values) in overrides {
                let Value::Table(values) = values else { return Err(ConfigError::UnknownKey(section)) };
                for (key, value) in values {
                    *slot(&mut settings, &section, &key)? = value;
                }
            }
        }
        for (name, text) in variables {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let (section, key) =
                path.split_once("__").ok_or_else(|| ConfigError::UnknownKey(name.clone()))?;
            let slot = slot(&mut settings, &section.to_lowercase(), &key.to_lowercase())
                .map_err(|_| ConfigError::UnknownKey(name.clone()))?;
            *slot = parse_like(slot, text);
        }
        let config: Self = Value::Table(settings).try_into().map_err(ConfigError::Mismatch)?;
        config.check()?;
        Ok(config)
    }

    /// What `shelfwise config` prints: the settings in force, secrets hidden.
    pub fn redacted(&self) -> String {
        let mut table = Table::try_from(self).unwrap_or_default();
        for (section, key) in SECRETS.into_iter().chain(payments::SECRETS) {
            if let Some(Value::String(secret)) = table.get_mut(section).and_then(|values| values.get_mut(key))
                && !secret.is_empty()
            {
                *secret = "********".into();
            }
        }
        if let Some(Value::String(url)) = table.get_mut("database").and_then(|values| values.get_mut("url")) {
            *url = without_password(url);
        }
        toml::to_string_pretty(&table).unwrap_or_default()
    }

    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            format!("http://{}", self.server.listen)
        } else {
            self.server.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// The file of an embedded database; none when it lives in memory or on a server.
    pub fn database_file(&self) -> Option<&Path> {
        let rest = self.database.url.strip_prefix(SQLITE)?;
        let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
        (!path.is_empty() && !path.starts_with(":memory:")).then(|| Path::new(path))
    }

    /// Where exports are kept and imports wait: as set, else beside an embedded database, else where the system keeps
    /// what is soon forgotten.
    pub fn transfer_folder(&self) -> PathBuf {
        if !self.transfers.folder.is_empty() {
            return PathBuf::from(&self.transfers.folder);
        }
        let beside = self.database_file().and_then(Path::parent).map(|folder| folder.join("transfers"));
        beside.unwrap_or_else(|| std::env::temp_dir().join("shelfwise-transfers"))
    }

    /// How long the file of an export can be fetched.
    pub fn export_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.transfers.export_hours) * 60 * 60)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |key, problem| Err(ConfigError::OutOfRange { key, problem });
        let secret = &self.auth.token_secret;
        if !secret.is_empty() && secret.len() < 32 {
            return refuse("auth.token_secret", "must have at least 32 characters");
        }
        if !(1..=8760).contains(&self.transfers.export_hours) {
            return refuse("transfers.export_hours", "must lie between 1 and 8760");
        }
        if !(1..=1440).contains(&self.auth.access_token_minutes) {
            return refuse("auth.access_token_minutes", "must lie between 1 and 1440");
        }
        if !(1..=365).contains(&self.auth.refresh_token_days) {
            return refuse("auth.refresh_token_days", "must lie between 1 and 365");
        }
        if !(1..=1000).contains(&self.database.max_connections) {
            return refuse("database.max_connections", "must lie between 1 and 1000");
        }
        if self.server.rate_per_second == 0 || self.server.rate_burst == 0 {
            return refuse("server.rate_per_second", "and server.rate_burst must be at least 1");
        }
        if self.mail.transport == MailTransport::Smtp && self.mail.host.is_empty() {
            return refuse("mail.host", "is needed to send by SMTP");
        }
        if self.mail.encryption == MailEncryption::None && !self.mail.password.is_empty() {
            return refuse("mail.password", "is not sent over an open line: set mail.encryption");
        }
        if !(1..=600).contains(&self.mail.timeout_seconds) {
            return refuse("mail.timeout_seconds", "must lie between 1 and 600");
        }
        if iso_currency::Currency::from_code(&self.shop.currency).is_none() {
            return refuse("shop.currency", "is not an ISO 4217 code");
        }
        commerce::check(self)?;
        payments::check(self)?;
        let recommendations = &self.recommendations;
        let weights = [
            recommendations.view_weight,
            recommendations.like_weight,
            recommendations.cart_weight,
            recommendations.purchase_weight,
            recommendations.decay_per_day,
        ];
        if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0) {
            return refuse("recommendations", "weights and decay must be finite and not negative");
        }
        if !(1..=90).contains(&recommendations.attribution_days) {
            return refuse("recommendations.attribution_days", "must be 1 to 90");
        }
        Ok(())
    }
}

fn default_table() -> Result<Table, ConfigError> {
    toml::from_str(DEFAULTS).map_err(ConfigError::Mismatch)
}

/// The place of a known key; only keys of the defaults are known.
fn slot<'a>(settings: &'a mut Table, section: &str, key: &str) -> Result<&'a mut Value, ConfigError> {
    settings
        .get_mut(section)
        .and_then(|values| values.get_mut(key))
        .ok_or_else(|| ConfigError::UnknownKey(format!("{section}.{key}")))
}

/// Reads a variable's text as the type its default has; text that does not fit stays text and is refused by serde.
fn parse_like(like: &Value, text: String) -> Value {
    let parsed = match like {
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Float(_) => text.parse().ok().map(Value::Float),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
        _ => None,
    };
    parsed.unwrap_or(Value::String(text))
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = credentials.split_once(':').map_or(credentials, |(user, _)| user);
    format!("{scheme}://{user}:********@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_defaults_need_no_file_and_no_variable() {
        let config = load(&[]).unwrap();
        assert_eq!(config.server.listen.port(), 8080);
        assert!(config.demo.enabled);
    }

    #[test]
    fn a_variable_overrides_the_default_with_its_type() {
        let config = load(&[
            ("SHELFWISE__SERVER__LISTEN", "0.0.0.0:9000"),
            ("SHELFWISE__DEMO__ENABLED", "false"),
            ("SHELFWISE__SERVER__ALLOWED_ORIGINS", "https://a.example, https://b.example"),
        ])
        .unwrap();
        assert_eq!(config.server.listen.port(), 9000);
        assert!(!config.demo.enabled);
        assert_eq!(config.server.allowed_origins, ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = load(&[("SHELFWISE__SERVER__LISTENN", "x")]).unwrap_err();
        assert_eq!(error.to_string(), "no setting is called SHELFWISE__SERVER__LISTENN");
    }

    #[test]
    fn a_value_of_the_wrong_type_or_range_is_refused() {
        assert!(matches!(load(&[("SHELFWISE__DEMO__SEED", "many")]), Err(ConfigError::Mismatch(_))));
        assert!(load(&[("SHELFWISE__AUTH__TOKEN_SECRET", "short")]).is_err());
        assert!(load(&[("SHELFWISE__RECOMMENDATIONS__DECAY_PER_DAY", "NaN")]).is_err());
        assert!(load(&[("SHELFWISE__SHOP__CURRENCY", "EURO")]).is_err());
    }

    #[test]
    fn only_an_embedded_database_has_a_file() {
        let file = |url: &str| {
            load(&[("SHELFWISE__DATABASE__URL", url)]).unwrap().database_file().map(Path::to_owned)
        };
        assert_eq!(file("sqlite:data/shop.db"), Some("data/shop.db".into()));
        assert_eq!(file("sqlite:///var/shop.db?mode=rwc"), Some("/var/shop.db".into()));
        assert_eq!(file("sqlite::memory:"), None);
        assert_eq!(file("postgres://db/shop"), None);
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = load(&[
            ("SHELFWISE__AUTH__TOKEN_SECRET", "0123456789012345678901234567890123456789"),
            ("SHELFWISE__DATABASE__URL", "postgres://shop:hunter2@db/shop"),
        ])
        .unwrap();
        let printed = config.redacted();
        assert!(!printed.contains("0123456789") && !printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("postgres://shop:********@db/shop"));
    }
}
