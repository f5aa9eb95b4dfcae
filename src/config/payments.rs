//! Settings of payments: which gateways are on offer, how patiently they are asked, and what each one's console says.

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentsConfig {
    /// Names of gateways, the preferred first.
    pub gateways: Vec<String>,
    pub timeout_seconds: u64,
    pub attempts: usize,
    pub breaker_failures: usize,
    pub breaker_pause_seconds: u64,
    pub reconcile_seconds: u64,
    pub patience_seconds: u64,
    pub promised_hours: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    pub secret: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeConfig {
    pub base_url: String,
    pub publishable_key: String,
    pub secret_key: String,
    pub secret_key_file: String,
    pub webhook_secret: String,
    pub webhook_secret_file: String,
    pub currencies: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlipayConfig {
    pub gateway_url: String,
    pub app_id: String,
    pub private_key: String,
    pub private_key_file: String,
    pub alipay_public_key: String,
    pub alipay_public_key_file: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeChatConfig {
    pub base_url: String,
    pub app_id: String,
    pub merchant_id: String,
    pub merchant_serial: String,
    pub private_key: String,
    pub private_key_file: String,
    pub api_v3_key: String,
    pub api_v3_key_file: String,
    pub platform_certificate_files: Vec<String>,
    pub public_key_id: String,
    pub public_key_file: String,
}

/// Settings that are never printed.
pub(super) const SECRETS: [(&str, &str); 6] = [
    ("sandbox", "secret"),
    ("stripe", "secret_key"),
    ("stripe", "webhook_secret"),
    ("alipay", "private_key"),
    ("wechat", "private_key"),
    ("wechat", "api_v3_key"),
];

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let refuse = |key, problem| Err(ConfigError::OutOfRange { key, problem });
    let payments = &config.payments;
    if !(1..=60).contains(&payments.timeout_seconds) {
        return refuse("payments.timeout_seconds", "must lie between 1 and 60");
    }
    if !(1..=10).contains(&payments.attempts) {
        return refuse("payments.attempts", "must lie between 1 and 10");
    }
    if !(1..=1000).contains(&payments.breaker_failures) {
        return refuse("payments.breaker_failures", "must lie between 1 and 1000");
    }
    if !(1..=3600).contains(&payments.breaker_pause_seconds) {
        return refuse("payments.breaker_pause_seconds", "must lie between 1 and 3600");
    }
    if !(1..=3600).contains(&payments.reconcile_seconds) {
        return refuse("payments.reconcile_seconds", "must lie between 1 and 3600");
    }
    if !(1..=86_400).contains(&payments.patience_seconds) {
        return refuse("payments.patience_seconds", "must lie between 1 and 86400");
    }
    if !(1..=720).contains(&payments.promised_hours) {
        return refuse("payments.promised_hours", "must lie between 1 and 720");
    }
    let mut names: Vec<&String> = payments.gateways.iter().collect();
    names.sort();
    names.dedup();
    if names.len() != payments.gateways.len() {
        return refuse("payments.gateways", "names a gateway twice");
    }
    Ok(())
}
