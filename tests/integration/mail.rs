//! Mail by SMTP, against a server that speaks just enough of it.

use std::sync::{Arc, Mutex};

use shelfwise::config::Config;
use shelfwise::domain::ids::OutboxMessageId;
use shelfwise::domain::notification::Mail;
use shelfwise::domain::text::Email;
use shelfwise::domain::time::Timestamp;
use shelfwise::mail::{Action, Letter, MailError, Mailer, Row, SmtpMailer, Stationery, Sum};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Takes mail for everybody but "nobody@…"; keeps what it is told.
async fn smtp_server() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let said: Arc<Mutex<String>> = Arc::default();
    let kept = Arc::clone(&said);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (reading, mut writing) = socket.into_split();
            let mut lines = BufReader::new(reading).lines();
            writing.write_all(b"220 test\r\n").await.expect("greeted");
            let mut in_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push_str(&format!("{line}\n"));
                let answer: &[u8] = match line.as_str() {
                    "." => {
                        in_data = false;
                        b"250 kept\r\n"
                    }
                    _ if in_data => continue,
                    "DATA" => {
                        in_data = true;
                        b"354 go on\r\n"
                    }
                    line if line.starts_with("RCPT TO:<nobody@") => b"550 no such user\r\n",
                    _ => b"250 ok\r\n",
                };
                if writing.write_all(answer).await.is_err() {
                    break;
                }
            }
        }
    });
    (port, said)
}

fn mailer(port: u16) -> SmtpMailer {
    let port = port.to_string();
    let settings = [
        ("TRANSPORT", "smtp"),
        ("HOST", "127.0.0.1"),
        ("PORT", port.as_str()),
        ("ENCRYPTION", "none"),
        ("FROM", "Shelfwise <shop@shelfwise.example>"),
    ];
    let settings = settings.map(|(key, value)| (format!("SHELFWISE__MAIL__{key}"), value.to_owned()));
    SmtpMailer::new(&Config::load(None, settings).expect("settings").mail).expect("a mailer")
}

fn mail(to: &str) -> Mail {
    Mail {
        id: OutboxMessageId(Uuid::from_u128(7)),
        to: Email::parse(to).expect("an address"),
        subject: "Grüße\r\nBcc: everybody@example.org".to_owned(),
        text: "Hello Maria".to_owned(),
        html: "<p>Hello Maria</p>".to_owned(),
        created_at: Timestamp(0),
    }
}

#[tokio::test]
async fn a_letter_arrives_in_both_forms_under_the_id_of_its_message() {
    let (port, said) = smtp_server().await;
    mailer(port).send(&mail("maria@example.org")).await.expect("taken");
    let said = said.lock().unwrap().clone();
    for part in [
        "MAIL FROM:<shop@shelfwise.example>",
        "RCPT TO:<maria@example.org>",
        "Message-ID: <00000000-0000-0000-0000-000000000007@shelfwise.example>",
        "Content-Type: multipart/alternative",
        "text/plain",
        "<p>Hello Maria</p>",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.lines().any(|line| line.starts_with("Bcc:")), "a subject cannot add headers: {said}");
}

#[tokio::test]
async fn a_refusal_says_what_the_server_said() {
    let (port, _) = smtp_server().await;
    let refused = mailer(port).send(&mail("nobody@example.org")).await;
    let Err(MailError::NotTaken(reason)) = refused else { panic!("refused") };
    assert!(reason.contains("no such user"), "{reason}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_failure_and_no_panic() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let refused = mailer(port).send(&mail("maria@example.org")).await;
    assert!(matches!(refused, Err(MailError::NotTaken(_))));
}

#[test]
fn a_letter_in_plain_text_says_what_the_html_one_says() {
    let pair = |label: &str, amount: &str| Sum { label: label.to_owned(), amount: amount.to_owned() };
    let letter = Letter {
        subject: "Your order S-1001".to_owned(),
        name: Some("Maria".to_owned()),
        paragraphs: vec!["Thank you & welcome.".to_owned()],
        rows: vec![Row {
            label: "Mug \"Hill\"".to_owned(),
            detail: "2 × 10.00 EUR".to_owned(),
            amount: "20.00 EUR".to_owned(),
        }],
        sums: vec![pair("Shipping", "4.90 EUR"), pair("Total", "24.90 EUR")],
        action: Some(Action {
            label: "See the order".to_owned(),
            url: "https://shop.example/orders?a=1&b=2".to_owned(),
        }),
        notes: vec!["Questions? Just answer.".to_owned()],
    };
    let stationery = Stationery::new("Shelfwise").expect("the layouts parse");
    insta::assert_snapshot!("letter_as_text", stationery.text(&letter).expect("laid out"));
    insta::assert_snapshot!("letter_as_html", stationery.html(&letter).expect("laid out"));
}
