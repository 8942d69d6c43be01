//! Certificates: whom the client trusts, and that nothing is sent to anybody else.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lti_client::{Addresses, Client, OutboundPolicy, Resolver};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Every name is this machine.
#[derive(Debug)]
struct Here;

impl Resolver for Here {
    fn resolve(&self, _host: &str) -> Addresses {
        Box::pin(async { Ok(vec![IpAddr::from(Ipv4Addr::LOCALHOST)]) })
    }
}

/// A server with a certificate of an authority of its own.
struct Secure {
    port: u16,
    authority: String,
    /// What came through TLS.
    received: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
}

async fn serve(name: &str) -> Secure {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let secure = Secure {
        port: listener.local_addr().unwrap().port(),
        authority: authority.pem(),
        received: Arc::default(),
        connections: Arc::default(),
    };
    let (received, connections) = (Arc::clone(&secure.received), Arc::clone(&secure.connections));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut buffer = [0; 4096];
            let Ok(count) = stream.read(&mut buffer).await else { continue };
            received.lock().unwrap().extend_from_slice(&buffer[..count]);
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{\"keys\":[{}]}";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    secure
}

fn client(authority: Option<&str>) -> Client {
    let mut builder =
        Client::builder().outbound(OutboundPolicy::new().danger_allow_loopback()).resolver(Arc::new(Here));
    if let Some(authority) = authority {
        builder = builder.root_certificate_pem(authority);
    }
    builder.build().unwrap()
}

#[tokio::test]
async fn strangers_certificates_are_no_connection() {
    let server = serve("lms.example").await;
    let url = format!("https://lms.example:{}/jwks", server.port);
    let refused = client(None).keys(&url.as_str().into(), None).await.unwrap_err();
    assert_eq!(refused.code(), "not_connected");
    // Trusted, but for another name.
    let other = format!("https://else.example:{}/jwks", server.port);
    let refused = client(Some(&server.authority)).keys(&other.as_str().into(), None).await.unwrap_err();
    assert_eq!(refused.code(), "not_connected");
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
    assert!(server.received.lock().unwrap().is_empty(), "nothing was sent");

    client(Some(&server.authority)).keys(&url.as_str().into(), None).await.unwrap();
    let received = String::from_utf8(server.received.lock().unwrap().clone()).unwrap();
    assert!(received.starts_with("GET /jwks HTTP/1.1\r\n"), "{received}");
}
