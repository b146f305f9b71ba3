"""A PN GW and a PNE of another make, written from docs/reference/handshake.md, cpns-transport.md and records.md alone.

Nothing here comes from the project's code. Reads a JSON object from standard input, prints one with what happened; a
check that fails ends it with a traceback. Needs the package cryptography for AES-GCM.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import struct
import sys
import unicodedata
import xml.etree.ElementTree as ET

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAMESPACE = "urn:oma:xml:cpns:core:1.1"
MEDIA_TYPE = "application/vnd.oma.cpns+xml"
WANTED = json.load(sys.stdin)


def base64_of(octets):
    return base64.b64encode(octets).decode()


def digests(*messages):
    return b"".join(hashlib.sha256(message).digest() for message in messages)


def mac(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


def expand(key, info, length):
    made, block = b"", b""
    while len(made) < length:
        block = mac(key, block + info + bytes([len(made) // 32 + 1]))
        made += block
    return made[:length]


def hkdf(key, salt, info):
    return expand(mac(salt or bytes(32), key), info, 32)


def lp(text):
    return struct.pack(">H", len(text.encode())) + text.encode()


def write(name, attributes, inner=""):
    """Not as the project writes: declaration, prefix, single quotes, comment, white space."""
    text = "".join(f"\n {key}='{value}'" for key, value in attributes.items())
    return f"<?xml version='1.0'?><c:{name} xmlns:c='{NAMESPACE}'{text}>{inner}</c:{name}>\n".encode()


def write_plain(name, attributes, inner=""):
    """For profile cpns-1.0, where nothing free may stand."""
    text = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<c:{name} xmlns:c='{NAMESPACE}'{text}>{inner}</c:{name}>".encode()


def read(octets, name):
    root = ET.fromstring(octets)
    assert root.tag == f"{{{NAMESPACE}}}{name}", octets
    return root


def child(root, name):
    return root.find(f"{{{NAMESPACE}}}{name}")


def tls():
    """Trusts the certificate of this server and no other; its name is that of an entity."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(WANTED["certificate"])
    context.check_hostname = False
    return context


def post(octets):
    connection = http.client.HTTPSConnection("127.0.0.1", WANTED["port"], context=tls())
    connection.request("POST", "/cpns", octets, {"Content-Type": MEDIA_TYPE})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def hash_of(algorithm, label, key, messages):
    if algorithm == "SHA-1":
        return hashlib.sha1(b"".join(messages) + key).digest()
    return mac(key, label + b"\0" + digests(*messages))


def prove(send, first, challenge, key, label, algorithm, writer):
    """The second half of an exchange. Returns its three messages and the answer."""
    data = child(read(challenge, "AuthenticateRequest"), "AuthReqData").attrib
    assert data["Algorithm"] == algorithm
    proof = hash_of(algorithm, label, key, [first, challenge])
    common = ET.fromstring(first).attrib
    inner = f"<c:AuthResData State='{data['State']}' HASH='{base64_of(proof)}'/>"
    ids = {"EntityID": common["EntityID"], "TransactionID": common["TransactionID"]}
    third = writer("AuthenticateResponse", ids, inner)
    return third, send(third)


class Session:
    """Mutual authentication, from ConnectRequest to session key."""

    def __init__(self, send, entity, key, role, algorithm="HMAC-SHA-256", writer=write, **more):
        rand = os.urandom(16)
        ids = {"EntityID": entity, "TransactionID": os.urandom(8).hex()}
        items = {"RAND": base64_of(rand), "Role": role, "KeyType": "assigned", "Algorithms": algorithm}
        first = writer("ConnectRequest", {**ids, **items, **more})
        second = send(first)
        third, answer = prove(send, first, second, key, b"CPNS client", algorithm, writer)
        response = read(answer, "ConnectResponse").attrib
        expected = hash_of(algorithm, b"CPNS server", key, [first, second, third])
        assert response["Status"] == "200" and base64.b64decode(response["HASH"]) == expected, response
        data = child(ET.fromstring(second), "AuthReqData").attrib
        salt = rand + base64.b64decode(data["RAND"])
        self.entity, self.transaction = entity, ids["TransactionID"]
        self.key = hkdf(key, salt, b"CPNS session\0" + digests(first, second))
        self.id = expand(self.key, b"CPNS session id", 16)


class Attachment:
    """Attach request, then records both ways."""

    def __init__(self, session, send, receive):
        nonce = os.urandom(16)
        send(b"\x01\x00" + session.id + nonce)
        answer = receive()
        assert answer[:18] == b"\x01\x80" + session.id and len(answer) == 34, answer
        keys = expand(session.key, b"CPNS attach\0" + nonce + answer[18:], 72)
        self.up, self.down, self.salts = AESGCM(keys[:32]), AESGCM(keys[32:64]), (keys[64:68], keys[68:])
        self.session, self.out, self.sent, self.got = session, send, 0, 0
        self.receive = receive
        self.send(3, b"\0")
        assert self.take() == (3, b"\1")

    def send(self, kind, content):
        header = bytes([1, kind]) + self.session.id + struct.pack(">Q", self.sent)
        self.sent += 1
        self.out(header + self.up.encrypt(self.salts[0] + header[18:], content, header))

    def open(self, record):
        assert record[2:26] == self.session.id + struct.pack(">Q", self.got), record
        self.got += 1
        header = record[:26]
        return header[1], self.down.decrypt(self.salts[1] + header[18:], record[26:], header)

    def take(self):
        return self.open(self.receive())

    def say(self, name, items, payload=b""):
        xml = write(name, {"EntityID": self.session.entity, "TransactionID": "t", **items})
        self.send(1, struct.pack(">H", len(xml)) + xml + payload)

    def hear(self, name):
        kind, content = self.take()
        length = struct.unpack(">H", content[:2])[0]
        assert kind == 1
        return read(content[2 : 2 + length], name).attrib, content[2 + length :]


class Socket:
    """As much of a WebSocket as it takes. RFC 6455"""

    def __init__(self):
        plain = socket.create_connection(("127.0.0.1", WANTED["port"]), timeout=20)
        self.socket = tls().wrap_socket(plain)
        self.file = self.socket.makefile("rb")
        key = base64_of(os.urandom(16))
        head = "GET /cpns HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        head += "Sec-WebSocket-Protocol: cpns2.v1\r\n\r\n"
        self.socket.sendall(head.encode())
        assert b" 101 " in self.file.readline()
        while self.file.readline().strip():
            pass

    def send(self, octets):
        length = len(octets)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        opcode = 0x81 if octets[:1] == b"<" else 0x82
        self.socket.sendall(bytes([opcode]) + size + bytes(4) + octets)

    def receive(self):
        length = self.file.read(2)[1]
        if length == 126:
            length = struct.unpack(">H", self.file.read(2))[0]
        return self.file.read(length)


def assigned_key(entity, user, password):
    """An EUKey by UserID and password."""
    rand = os.urandom(16)
    ids = {"EntityID": entity, "TransactionID": os.urandom(8).hex()}
    first = write("EUKeyAssignmentRequest", {**ids, "UserID": user, "RAND": base64_of(rand)})
    second = post(first)
    data = child(read(second, "AuthenticateRequest"), "AuthReqData").attrib
    octets = unicodedata.normalize("NFC", password).encode()
    cost = {"n": int(data["N"]), "r": int(data["r"]), "p": int(data["p"])}
    salt = base64.b64decode(data["Salt"])
    password_key = hashlib.scrypt(octets, salt=salt, dklen=32, maxmem=1 << 28, **cost)
    key = hkdf(password_key, b"", b"CPNS eukey auth")
    third, answer = prove(post, first, second, key, b"CPNS eukey client", "HMAC-SHA-256", write)
    response = read(answer, "EUKeyAssignmentResponse")
    expected = hash_of("HMAC-SHA-256", b"CPNS eukey server", key, [first, second, third])
    assert base64.b64decode(response.attrib["HASH"]) == expected
    wrapped = child(response, "EncryptedEUKey")
    base = hkdf(password_key, b"", b"CPNS eukey wrap")
    wrap_key = hkdf(base, rand + base64.b64decode(data["RAND"]), b"CPNS eukey wrap")
    names = lp(entity) + lp(user) + lp(wrapped.attrib["KeyID"])
    associated = digests(first, second, third) + names + struct.pack(">Q", int(wrapped.attrib["Lifetime"]))
    iv = base64.b64decode(wrapped.attrib["IV"])
    return AESGCM(wrap_key).decrypt(iv, base64.b64decode(wrapped.text), associated)


class Relay:
    """What a PN GW carries for one PNE, and what the server tells it besides."""

    def __init__(self, attachment, pne):
        self.attachment, self.pne, self.control = attachment, pne.encode(), []

    def send(self, octets):
        self.attachment.send(2, bytes([len(self.pne)]) + self.pne + octets)

    def receive(self):
        while True:
            kind, content = self.attachment.take()
            if kind == 2 and content[1 : 1 + content[0]] == self.pne:
                return content[1 + content[0] :]
            assert kind == 5, kind
            self.control.append(read(content, "PneStatus").attrib)

    def ask(self, octets):
        self.send(octets)
        return self.receive()


def main():
    gateway, pne = WANTED["gateway"], WANTED["pne"]
    key = assigned_key(gateway, WANTED["user"], WANTED["password"])
    Session(post, gateway, key, "pn-gw", "SHA-1", write_plain)
    line = Socket()
    own = Attachment(Session(post, gateway, key, "pn-gw"), line.send, line.receive)
    relay = Relay(own, pne)
    pne_key = bytes.fromhex(WANTED["pneKey"])
    session = Session(relay.ask, pne, pne_key, "pne", writer=write_plain, Via=gateway)
    inner = Attachment(session, relay.send, relay.receive)
    (status,) = relay.control
    assert (status["TransactionID"], status["SessionID"]) == (session.transaction, session.id.hex())
    items = {"MessageID": "m1", "From": pne, "To": pne, "ContentType": "text/plain", "Expires": "60"}
    inner.say("Message", items, "grüezi".encode())
    message, payload = inner.hear("Message")
    inner.say("MessageResult", {"MessageID": message["MessageID"], "From": message["From"], "Status": "200"})
    result, _ = inner.hear("MessageResult")
    inner.say("Disconnect", {"EntityID": gateway})
    refused, _ = inner.hear("Error")
    said = {"state": status["State"], "result": result["Status"], "foreign": refused["Status"]}
    print(json.dumps({**said, "payload": payload.decode()}))


main()
