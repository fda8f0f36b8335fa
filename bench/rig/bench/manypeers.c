// manypeers: many BitTorrent peers in one process that need next to no CPU, each on an address of its own.
//
//   manypeers FILE TORRENT PEERS BYTES_PER_SECOND     seeds; each peer sends at most this much (0: as fast as it can)
//   manypeers - TORRENT PEERS haves[:PER_SECOND]      has no data: every peer announces every piece by HAVE and never unchokes
//
// stdin: "connect IP PORT" dials with every peer that is not connected. JSON events on stdout as those of peers/lt_peer.py.
// Everything is sent from one tick every 10 ms, in which a peer may send what its rate has earned since the last one.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PEERS = 1000, QUEUE = 2048, INPUT = 1 << 16, OUTPUT = 1 << 17, TICK_MS = 10, MAX_VECTORS = 64 };

struct request { uint32_t piece, begin, length; };
struct peer {
  int fd, handshaken;
  double earned;                 // bytes it may send, or HAVEs
  uint8_t in[INPUT]; int in_fill;
  uint8_t *out; int out_fill, out_sent;   // handshake, bitfield, unchoke, HAVEs
  struct request queue[QUEUE]; unsigned head, tail;
  uint32_t block_sent;           // bytes of the block at the head that are gone, its 13 bytes of header included
  uint32_t haves_made;
};

static struct peer *peers[MAX_PEERS];
static int peer_count, announces_only;
static double rate, started_at;
static const uint8_t *content, *info;
static uint64_t content_bytes, sent_bytes, haves_sent;
static uint32_t piece_bytes, piece_count;
static uint8_t info_hash[20];

static double now(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec + t.tv_nsec * 1e-9; }

static void event(const char *name) {
  struct rusage used; getrusage(RUSAGE_SELF, &used);
  printf("{\"ev\":\"%s\",\"t\":%.4f,\"up\":%lu,\"haves\":%lu,\"cpu\":%.3f}\n", name, now() - started_at, sent_bytes, haves_sent,
         used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
  fflush(stdout);
}

static void once(int *flag, int is_due, const char *name) { if (!*flag && is_due) { *flag = 1; event(name); } }
static void put32(uint8_t *at, uint32_t value) { value = htonl(value); memcpy(at, &value, 4); }
static uint32_t get32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return ntohl(value); }

// --- the torrent file

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void sha1(const uint8_t *data, size_t length, uint8_t *digest) {
  uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  size_t padded = ((length + 8) / 64 + 1) * 64;
  uint8_t *bytes = calloc(1, padded);
  memcpy(bytes, data, length); bytes[length] = 0x80;
  for (int i = 0; i < 8; i++) bytes[padded - 1 - i] = ((uint64_t)length * 8) >> (8 * i);
  for (size_t at = 0; at < padded; at += 64) {
    uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 16; i++) w[i] = get32(bytes + at + 4 * i);
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
      uint32_t f, k;
      if (i < 20) f = (b & c) | (~b & d), k = 0x5A827999;
      else if (i < 40) f = b ^ c ^ d, k = 0x6ED9EBA1;
      else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
      else f = b ^ c ^ d, k = 0xCA62C1D6;
      uint32_t next = rotate(a, 5) + f + e + k + w[i];
      e = d; d = c; c = rotate(b, 30); b = a; a = next;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e;
  }
  for (int i = 0; i < 5; i++) put32(digest + 4 * i, h[i]);
  free(bytes);
}

static const uint8_t *after(const uint8_t *at) {   // the bencoded value at `at`
  if (*at == 'i') { while (*at != 'e') at++; return at + 1; }
  if (*at == 'l' || *at == 'd') { at++; while (*at != 'e') at = after(at); return at + 1; }
  size_t length = 0; while (*at != ':') length = length * 10 + *at++ - '0';
  return at + 1 + length;
}

static const uint8_t *map_file(const char *path, size_t *length) {
  struct stat stats; int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &stats) < 0) { perror(path); exit(1); }
  *length = stats.st_size;
  return mmap(0, stats.st_size, PROT_READ, MAP_SHARED, fd, 0);
}

static void read_torrent(const char *path) {
  size_t length, info_length; const uint8_t *bytes = map_file(path, &length);
  info = (uint8_t *)memmem(bytes, length, "4:infod", 7) + 6;
  info_length = after(info) - info;
  sha1(info, info_length, info_hash);
  piece_bytes = atoi((char *)memmem(info, info_length, "12:piece lengthi", 16) + 16);
  content_bytes = atoll((char *)memmem(info, info_length, "6:lengthi", 9) + 9);
  piece_count = (content_bytes + piece_bytes - 1) / piece_bytes;
}

// --- one peer

static void shake_hands(struct peer *peer, int number) {
  uint8_t *at = peer->out;
  memcpy(at, "\x13" "BitTorrent protocol\0\0\0\0\0\x10\0\0", 28);
  memcpy(at + 28, info_hash, 20);
  sprintf((char *)at + 48, "-MP0001-%08d%04d", getpid() % 100000000, number);
  peer->out_fill = 68;
}

// After the other side's handshake: aria2 takes nothing but ours before it has sent its own.
static void introduce(struct peer *peer) {
  uint8_t *at = peer->out + peer->out_fill;
  const char *extensions = "d1:mde4:reqqi1000ee"; int length = strlen(extensions);
  put32(at, length + 2); at[4] = 20; at[5] = 0; memcpy(at + 6, extensions, length); at += 6 + length;
  if (!announces_only) {
    uint32_t bytes = (piece_count + 7) / 8;
    put32(at, bytes + 1); at[4] = 5; memset(at + 5, 0xff, bytes);
    if (piece_count % 8) at[4 + bytes] = 0xff << (8 - piece_count % 8);
    at += 5 + bytes;
  }
  peer->out_fill = at - peer->out;
}

static void dial(int number, const char *ip, int port) {
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  from.sin_addr.s_addr = htonl(0x7f020001 + (number / 200 << 8) + number % 200);   // 127.2.0.1 and on
  inet_aton(ip, &to.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &on, sizeof on);
  if (bind(fd, (void *)&from, sizeof from) || connect(fd, (void *)&to, sizeof to)) { close(fd); return; }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  struct peer *peer = calloc(1, sizeof *peer);
  peer->fd = fd; peer->out = malloc(OUTPUT);
  shake_hands(peer, number);
  peers[number] = peer;
}

static void leave(int number) {
  close(peers[number]->fd); free(peers[number]->out); free(peers[number]); peers[number] = 0;
}

static int obey(struct peer *peer, const uint8_t *message, uint32_t length) {
  if (message[0] == 2 && !announces_only) {
    memcpy(peer->out + peer->out_fill, "\0\0\0\1\1", 5); peer->out_fill += 5;
  } else if (message[0] == 6 && length == 13) {
    struct request asked = {get32(message + 1), get32(message + 5), get32(message + 9)};
    if (announces_only || peer->tail - peer->head == QUEUE || (uint64_t)asked.piece * piece_bytes + asked.begin + asked.length > content_bytes) return -1;
    peer->queue[peer->tail++ % QUEUE] = asked;
  } else if (message[0] == 8 && length == 13) {   // CANCEL: the block at the head may be half gone
    for (unsigned i = peer->head + 1; i < peer->tail; i++) {
      struct request *asked = &peer->queue[i % QUEUE];
      if (asked->piece == get32(message + 1) && asked->begin == get32(message + 5)) {
        for (; i + 1 < peer->tail; i++) peer->queue[i % QUEUE] = peer->queue[(i + 1) % QUEUE];
        peer->tail--;
      }
    }
  }
  return 0;
}

static int receive(struct peer *peer) {
  for (;;) {
    int got = read(peer->fd, peer->in + peer->in_fill, INPUT - peer->in_fill), at = 0;
    if (got == 0) return -1;
    if (got < 0) return errno == EAGAIN ? 0 : -1;
    peer->in_fill += got;
    if (!peer->handshaken) {
      if (peer->in_fill < 68) continue;
      if (memcmp(peer->in + 28, info_hash, 20)) return -1;
      peer->handshaken = 1; at = 68;
      introduce(peer);
    }
    while (peer->in_fill - at >= 4) {
      uint32_t length = get32(peer->in + at);
      if (length > INPUT - 4) return -1;
      if ((uint32_t)(peer->in_fill - at) < 4 + length) break;
      if (length && obey(peer, peer->in + at + 4, length)) return -1;
      at += 4 + length;
    }
    memmove(peer->in, peer->in + at, peer->in_fill - at); peer->in_fill -= at;
  }
}

// Every piece once, each peer from a piece of its own on, so that no two announce alike.
static void make_haves(struct peer *peer, int number) {
  while (peer->haves_made < piece_count && peer->out_fill + 9 <= OUTPUT && peer->earned >= 1) {
    peer->earned--;
    uint8_t *at = peer->out + peer->out_fill;
    put32(at, 5); at[4] = 4;
    put32(at + 5, ((uint64_t)peer->haves_made++ * 7919 + (uint64_t)number * 104729) % piece_count);
    peer->out_fill += 9; haves_sent++;
  }
}

static int send_control(struct peer *peer, int number) {
  if (announces_only && peer->handshaken) make_haves(peer, number);
  while (peer->out_sent < peer->out_fill) {
    int gone = write(peer->fd, peer->out + peer->out_sent, peer->out_fill - peer->out_sent);
    if (gone < 0) return errno == EAGAIN ? 0 : -1;
    peer->out_sent += gone;
    if (peer->out_sent == peer->out_fill) peer->out_sent = peer->out_fill = 0;
    if (announces_only && peer->handshaken) make_haves(peer, number);
  }
  return 1;
}

static int send_blocks(struct peer *peer) {
  static int is_first_out, is_all_out;
  while (peer->head != peer->tail && peer->earned >= 1) {
    uint8_t headers[MAX_VECTORS / 2][13]; struct iovec vectors[MAX_VECTORS]; int count = 0;
    double left = peer->earned; uint32_t skip = peer->block_sent;
    for (unsigned i = peer->head; i != peer->tail && count < MAX_VECTORS && left >= 1; i++) {
      struct request asked = peer->queue[i % QUEUE]; uint8_t *header = headers[count / 2];
      put32(header, 9 + asked.length); header[4] = 7; put32(header + 5, asked.piece); put32(header + 9, asked.begin);
      const uint8_t *block = content + (uint64_t)asked.piece * piece_bytes + asked.begin;
      uint32_t header_left = skip < 13 ? 13 - skip : 0, block_skip = skip > 13 ? skip - 13 : 0, block_left = asked.length - block_skip;
      if (block_left > left) block_left = left;
      vectors[count++] = (struct iovec){header + 13 - header_left, header_left};
      vectors[count++] = (struct iovec){(void *)(block + block_skip), block_left};
      left -= block_left; skip = 0;
    }
    ssize_t gone = writev(peer->fd, vectors, count);
    if (gone < 0) return errno == EAGAIN ? 0 : -1;
    peer->earned -= gone;
    while (gone > 0) {
      uint32_t whole = 13 + peer->queue[peer->head % QUEUE].length, rest = whole - peer->block_sent;
      if ((size_t)gone < rest) { peer->block_sent += gone; break; }
      gone -= rest; peer->block_sent = 0; sent_bytes += peer->queue[peer->head++ % QUEUE].length;
      once(&is_first_out, 1, "up_first"); once(&is_all_out, sent_bytes >= content_bytes, "up_all");
    }
  }
  return 0;
}

static void tick(double seconds) {
  static int are_all_haves_out;
  for (int i = 0; i < peer_count; i++) {
    struct peer *peer = peers[i];
    if (!peer) continue;
    // What a peer could not use for a tenth of a second is lost, as a line's idle time is.
    peer->earned = rate == 0 ? 1e9 : peer->earned + rate * seconds;
    if (rate != 0 && !announces_only && peer->earned > rate / 10 + 1448) peer->earned = rate / 10 + 1448;
    int control = receive(peer) ? -1 : send_control(peer, i);
    if (control < 0 || (control && send_blocks(peer) < 0)) leave(i);
  }
  once(&are_all_haves_out, announces_only && haves_sent >= (uint64_t)piece_count * peer_count, "haves_all");
}

static void listen_to_stdin(void) {
  static char text[4096]; static int fill;
  int got = read(0, text + fill, sizeof text - 1 - fill);
  if (got == 0) exit(0);
  if (got < 0) return;
  fill += got; text[fill] = 0;
  for (char *end; (end = strchr(text, '\n')); fill -= end + 1 - text, memmove(text, end + 1, fill + 1)) {
    char ip[64]; int port; *end = 0;
    if (sscanf(text, "connect %63s %d", ip, &port) != 2) continue;
    for (int i = 0; i < peer_count; i++) if (!peers[i]) dial(i, ip, port);
  }
}

int main(int count, char **arguments) {
  if (count != 5) { fprintf(stderr, "manypeers FILE|- TORRENT PEERS BYTES_PER_SECOND|haves[:PER_SECOND]\n"); return 2; }
  signal(SIGPIPE, SIG_IGN);
  started_at = getenv("RIG_T0") ? atof(getenv("RIG_T0")) : now();
  read_torrent(arguments[2]);
  size_t length; if (strcmp(arguments[1], "-")) content = map_file(arguments[1], &length);
  peer_count = atoi(arguments[3]); if (peer_count > MAX_PEERS) peer_count = MAX_PEERS;
  announces_only = !strncmp(arguments[4], "haves", 5);
  rate = !announces_only ? atof(arguments[4]) : arguments[4][5] == ':' ? atof(arguments[4] + 6) : 0;
  fcntl(0, F_SETFL, O_NONBLOCK);
  event("start");
  for (double last = now();;) {
    struct pollfd wait = {0, POLLIN, 0};
    poll(&wait, 1, TICK_MS);
    if (wait.revents) listen_to_stdin();
    double time = now();
    if (time - last >= TICK_MS * 0.9e-3) { tick(time - last); last = time; }
  }
}
