//! HTTP for tests, as small as it can be: a server that answers what a test says, a proxy that loses and cuts answers, and
//! a client to put things somewhere by hand. One request per connection, on 127.0.0.1 alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Vec<u8>,
    /// How many came before it.
    pub number: usize,
}

impl Request {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A status and a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What a server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It answers.
    Whole(Answer),
    /// It promises an answer and sends half of it.
    Cut(Answer),
    /// It closes the connection.
    Nothing,
}

/// Both ways of a connection.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Makes a stream of a connection: for TLS.
pub type Wrap = dyn Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync;
type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server until it is dropped.
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.address)
    }
}

impl Server {
    /// Starts one that answers by `handler`.
    pub fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::wrapped(|stream| Ok(Box::new(stream)), handler)
    }

    /// The same over wrapped connections.
    pub fn wrapped(
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync + 'static,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, stopping: Arc::default(), seen: Arc::default() };
        let (stopping, seen) = (Arc::clone(&server.stopping), Arc::clone(&server.seen));
        let (wrap, handler): (Arc<Wrap>, Arc<Handler>) = (Arc::new(wrap), Arc::new(handler));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (wrap, handler, seen) = (Arc::clone(&wrap), Arc::clone(&handler), Arc::clone(&seen));
                // A client that goes away in the middle is no concern of the server.
                std::thread::spawn(move || drop(serve(stream, &*wrap, &*handler, &seen)));
            }
        });
        server
    }

    /// A proxy before `upstream` (`127.0.0.1:5232`); `fault` says what goes wrong with a request.
    pub fn proxy(upstream: SocketAddr, fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self::start(move |request| match fault(request) {
            Some(Fault::Dropped) => Reply::Nothing,
            fault => match (send(upstream, request), fault) {
                (Ok(answer), None) => Reply::Whole(answer),
                (Ok(answer), Some(Fault::Cut)) => Reply::Cut(answer),
                _ => Reply::Nothing,
            },
        })
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Requests of a method so far.
    pub fn count(&self, method: &str) -> usize {
        self.seen().iter().filter(|request| request.method == method).count()
    }

    /// Forgets what came so far.
    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes it, so that it sees that it is to stop.
        drop(TcpStream::connect(self.address));
    }
}

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request does not arrive.
    Dropped,
    /// The request arrives, its answer does not.
    Lost,
    /// The answer breaks off.
    Cut,
}

fn serve(stream: TcpStream, wrap: &Wrap, handler: &Handler, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let raw = stream.try_clone()?;
    let mut reader = BufReader::new(wrap(stream)?);
    let Some((line, headers)) = head(&mut reader)? else { return Ok(()) };
    let mut words = line.split(' ');
    let mut request = Request {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect(),
        ..Request::default()
    };
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    {
        let mut seen = seen.lock().unwrap();
        request.number = seen.len();
        seen.push(request.clone());
    }
    let out = reader.get_mut();
    match handler(&request) {
        Reply::Whole(answer) => {
            write_answer(out, &answer, answer.body.len(), request.method == "HEAD")?;
        }
        Reply::Cut(answer) => {
            let half = Answer { body: answer.body[..answer.body.len() / 2].to_vec(), ..answer.clone() };
            write_answer(out, &half, answer.body.len().max(1), false)?;
        }
        Reply::Nothing => {}
    }
    out.flush()?;
    drop(reader);
    raw.shutdown(Shutdown::Both)
}

fn write_answer(out: &mut Box<dyn Stream>, answer: &Answer, length: usize, is_head: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\nContent-Length: {length}\r\n", answer.status);
    for (name, value) in &answer.headers {
        let is_ours = ["connection", "content-length", "transfer-encoding"];
        if !is_ours.contains(&name.to_lowercase().as_str()) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    out.write_all(format!("{head}\r\n").as_bytes())?;
    if is_head { Ok(()) } else { out.write_all(&answer.body) }
}

type Head = (String, Vec<(String, String)>);

fn head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(Some((first.trim_end().to_owned(), headers)))
}

/// Sends a request and reads the whole answer.
///
/// # Errors
/// Where the connection fails.
pub fn send(to: SocketAddr, request: &Request) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // 1.0, so that the answer comes in one piece and the connection ends with it.
    let mut head =
        format!("{} {} HTTP/1.0\r\nContent-Length: {}\r\n", request.method, request.path, request.body.len());
    for (name, value) in &request.headers {
        if !["connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(&request.body)?;
    let mut reader = BufReader::new(stream);
    let (line, headers) = self::head(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            answer.body.extend_from_slice(&chunk[..size]);
        }
    } else if let Some(length) = answer.header("content-length").and_then(|text| text.parse().ok()) {
        answer.body.resize(length, 0);
        reader.read_exact(&mut answer.body)?;
    } else {
        reader.read_to_end(&mut answer.body)?;
    }
    Ok(answer)
}
