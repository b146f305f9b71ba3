"""A terminal on pyscard that shares no code with the product, and computes itself what a card must answer.

Usage: pyscard-usim.py READER K OPC IMSI IMPI NAF_FQDN UA_ID FIRST_SEQ      (hex where it is octets)

Prints one line a check and ends with 1 at the first thing that is not as it must be.
TS 102 221 11, TS 31.102 7.1, TS 35.206 4.1, TS 33.102 6.3, TS 33.220 5.3.2 and B.3.
"""

import hashlib
import hmac
import os
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from smartcard.CardConnection import CardConnection
from smartcard.System import readers

GBA_SERVICE = 68
GSM_ACCESS_SERVICE = 27


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


class Milenage:
    """f1 to f5 of TS 35.206 4.1, for one challenge."""

    def __init__(self, k, opc, rand):
        self.encryptor = Cipher(algorithms.AES(k), modes.ECB())
        self.opc = opc
        self.temp = self.encrypt(xor(rand, opc))
        out2 = self.out(self.temp, 0, 1)
        self.res, self.ak = out2[8:], out2[:6]
        self.ck = self.out(self.temp, 4, 2)
        self.ik = self.out(self.temp, 8, 4)
        self.ak_star = self.out(self.temp, 12, 8)[:6]

    def encrypt(self, block):
        aes = self.encryptor.encryptor()
        return aes.update(block) + aes.finalize()

    def out(self, temp, rotate, constant):
        """OUT2 to OUT5: r in octets, c in its last octet."""
        turned = xor(temp, self.opc)
        turned = turned[rotate:] + turned[:rotate]
        return xor(self.encrypt(xor(turned, bytes(15) + bytes([constant]))), self.opc)

    def mac(self, sqn, amf):
        in1 = (sqn + amf) * 2
        turned = xor(in1, self.opc)
        turned = turned[8:] + turned[:8]
        return xor(self.encrypt(xor(self.temp, turned)), self.opc)[:8]

    def mac_s(self, sqn):
        in1 = (sqn + b"\0\0") * 2
        turned = xor(in1, self.opc)
        turned = turned[8:] + turned[:8]
        return xor(self.encrypt(xor(self.temp, turned)), self.opc)[8:]


def kdf(key, *parameters):
    """TS 33.220 B.2, FC 01."""
    s = b"\x01" + b"".join(p + len(p).to_bytes(2, "big") for p in parameters)
    return hmac.new(key, s, hashlib.sha256).digest()


def check(name, actual, expected):
    if actual != expected:
        print(f"FAILED {name}")  # never a value: some of them are keys
        sys.exit(1)
    print(f"ok {name}")


class Card:
    def __init__(self, reader):
        self.connection = reader.createConnection()
        self.connection.connect(CardConnection.T0_protocol)

    def send(self, *parts):
        """One command; what waits behind 61xx is fetched, 6Cxx repeated."""
        command = b"".join(bytes([p]) if isinstance(p, int) else p for p in parts)
        data, sw1, sw2 = self.connection.transmit(list(command))
        if sw1 == 0x6C:
            data, sw1, sw2 = self.connection.transmit(list(command[:4]) + [sw2])
        if sw1 == 0x61:
            data, sw1, sw2 = self.connection.transmit([0x00, 0xC0, 0x00, 0x00, sw2])
        return bytes(data), sw1 << 8 | sw2

    def select_file(self, file_id):
        fcp, sw = self.send(0x00, 0xA4, 0x00, 0x04, 2, file_id.to_bytes(2, "big"))
        check(f"SELECT {file_id:04X}", (sw, fcp[:1]), (0x9000, b"\x62"))

    def read_binary(self, file_id):
        self.select_file(file_id)
        data, sw = self.send(0x00, 0xB0, 0x00, 0x00, 0x00)
        check(f"READ BINARY {file_id:04X}", sw, 0x9000)
        return data

    def authenticate(self, context, body):
        return self.send(0x00, 0x88, 0x00, 0x80 | context, len(body), body)


def lv(*values):
    return b"".join(bytes([len(v)]) + v for v in values)


def swapped_digits(octets):
    return "".join(f"{o & 15:x}{o >> 4:x}" for o in octets)


def find_usim(card):
    """The AID of the USIM in EF_DIR, as a terminal looks for it."""
    card.select_file(0x3F00)
    card.select_file(0x2F00)
    for number in range(1, 10):
        record, sw = card.send(0x00, 0xB2, number, 0x04, 0x00)
        if sw != 0x9000:
            break
        at = record.find(b"\x4f")
        aid = record[at + 2 : at + 2 + record[at + 1]]
        if aid.startswith(bytes.fromhex("A0000000871002")):
            return aid
    return b""


def has_service(table, number):
    return bool(table[(number - 1) // 8] >> ((number - 1) % 8) & 1)


def main():
    name, k, opc, imsi, impi, naf_fqdn, ua_id, seq = sys.argv[1:]
    k, opc = bytes.fromhex(k), bytes.fromhex(opc)
    impi = impi.encode()
    naf_id = naf_fqdn.encode() + bytes.fromhex(ua_id)
    seq = int(seq)

    names = [str(one) for one in readers()]
    check("the reader is listed", name in names, True)
    card = Card(readers()[names.index(name)])
    atr = bytes(card.connection.getATR())
    check("ATR", (atr[0] in (0x3B, 0x3F), len(atr) > 1), (True, True))

    aid = find_usim(card)
    check("EF_DIR has a USIM", len(aid) >= 7, True)
    fcp, sw = card.send(0x00, 0xA4, 0x04, 0x04, len(aid), aid)
    check("SELECT USIM by AID", (sw, fcp[:1]), (0x9000, b"\x62"))
    check("the FCP names the AID", aid in fcp, True)

    ef_imsi = card.read_binary(0x6F07)
    digits = swapped_digits(ef_imsi[1 : 1 + ef_imsi[0]])[1:].rstrip("f")
    check("EF_IMSI", digits, imsi)
    services = card.read_binary(0x6F38)
    check("EF_UST has GBA", has_service(services, GBA_SERVICE), True)

    def challenge(seq, is_gba):
        rand, sqn, amf = os.urandom(16), (seq << 5).to_bytes(6, "big"), bytes(2)
        f = Milenage(k, opc, rand)
        mac = f.mac(sqn, amf)
        if is_gba:
            mac = xor(mac, hashlib.sha1(f.ik).digest()[:8])
        return rand, xor(sqn, f.ak) + amf + mac, f

    # 3G context
    rand, autn, f = challenge(seq, False)
    answer, sw = card.authenticate(1, lv(rand, autn))
    expected = b"\xdb" + lv(f.res, f.ck, f.ik)
    if has_service(services, GSM_ACCESS_SERVICE):
        kc = xor(xor(f.ck[:8], f.ck[8:]), xor(f.ik[:8], f.ik[8:]))
        expected += lv(kc)
    check("AUTHENTICATE 3G", (sw, answer), (0x9000, expected))

    answer, sw = card.authenticate(1, lv(rand, autn))
    auts = xor((seq << 5).to_bytes(6, "big"), f.ak_star) + f.mac_s((seq << 5).to_bytes(6, "big"))
    check("the same again: AUTS", (sw, answer), (0x9000, b"\xdc" + lv(auts)))

    wrong = autn[:-1] + bytes([autn[-1] ^ 1])
    check("a wrong MAC", card.authenticate(1, lv(rand, wrong)), (b"", 0x9862))

    # GBA context
    rand, autn_star, f = challenge(seq + 1, True)
    plain = autn_star[:8] + f.mac(((seq + 1) << 5).to_bytes(6, "big"), bytes(2))
    check("an ordinary AUTN in GBA", card.authenticate(4, b"\xdd" + lv(rand, plain)), (b"", 0x9862))
    answer, sw = card.authenticate(4, b"\xdd" + lv(rand, autn_star))
    flipped = f.res[:-1] + bytes([f.res[-1] ^ 1])
    check("GBA bootstrapping", (sw, answer), (0x9000, b"\xdb" + lv(flipped)))
    gbabp = card.read_binary(0x6FD6)
    check("EF_GBABP has the RAND", gbabp[:17], lv(rand))
    btid = b"test@bsf.example.org"
    card.select_file(0x6FD6)
    end = lv(btid, b"2030-01-01T00:00:00Z")
    _, sw = card.send(0x00, 0xD6, 0x00, 17, len(end), end)
    check("UPDATE BINARY of EF_GBABP", sw, 0x9000)

    answer, sw = card.authenticate(4, b"\xde" + lv(naf_id, impi))
    ks_ext_naf = kdf(f.ck + f.ik, b"gba-me", rand, impi, naf_id)
    check("GBA NAF derivation", (sw, answer), (0x9000, b"\xdb" + lv(ks_ext_naf)))
    card.select_file(0x6FDA)
    record, sw = card.send(0x00, 0xB2, 0x01, 0x04, 0x00)
    row = b"\x80" + lv(naf_id) + b"\x81" + lv(btid)
    check("EF_GBANL has NAF_Id and B-TID", (sw, record[: len(row)]), (0x9000, row))
    card.connection.disconnect()


main()
