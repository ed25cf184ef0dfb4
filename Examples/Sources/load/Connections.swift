import Foundation

/// Connections that stay open and bring one request after the other: as little of a client as can be, on one thread, so that the
/// server is what is measured.
final class Connections {
    /// What became of one request.
    struct Answer {
        let number: Int
        /// 0 when none came.
        let status: Int
        let body: [UInt8]
        let seconds: Double
    }

    private struct Connection {
        var socket: Int32 = -1
        var number: Int?
        var outgoing = [UInt8]()
        var sent = 0
        var incoming = [UInt8]()
        var start = 0.0
    }

    private let port: Int
    private var connections: [Connection]

    /// So many connections to a port of this machine.
    init(port: Int, count: Int) {
        self.port = port
        connections = [Connection](repeating: Connection(), count: count)
    }

    deinit {
        for connection in connections where connection.socket >= 0 { close(connection.socket) }
    }

    /// Sends what `request` gives for each number in turn, until it gives nothing, and hands each answer over.
    ///
    /// - Throws: `LoadProblem` when the server takes no connection.
    func run(
        _ request: (Int) -> [UInt8]?, answered: (Answer) -> Void
    ) throws {
        var next = 0
        var isOver = false
        while true {
            for place in connections.indices where connections[place].number == nil && !isOver {
                guard let bytes = request(next) else {
                    isOver = true
                    break
                }
                try begin(place, next, bytes)
                next += 1
            }
            let busy = connections.indices.filter { connections[$0].number != nil }
            if busy.isEmpty { return }
            var waiting = busy.map { place in
                let connection = connections[place]
                let events = connection.sent < connection.outgoing.count ? POLLOUT : POLLIN
                return pollfd(fd: connection.socket, events: Int16(events), revents: 0)
            }
            // Nobody is waited for longer than a minute.
            guard poll(&waiting, nfds_t(waiting.count), 60_000) > 0 else {
                for place in busy { end(place, 0, [], answered) }
                continue
            }
            for (place, event) in zip(busy, waiting) where event.revents != 0 {
                go(on: place, answered)
            }
        }
    }

    private func begin(_ place: Int, _ number: Int, _ bytes: [UInt8]) throws {
        if connections[place].socket < 0 { connections[place].socket = try connected() }
        connections[place].number = number
        connections[place].outgoing = bytes
        connections[place].sent = 0
        connections[place].incoming.removeAll(keepingCapacity: true)
        connections[place].start = Self.now
        push(place)
    }

    private func push(_ place: Int) {
        let sent = connections[place].sent
        let count = connections[place].outgoing[sent...].withUnsafeBytes { buffer in
            send(connections[place].socket, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        if count > 0 { connections[place].sent += count }
    }

    private func go(on place: Int, _ answered: (Answer) -> Void) {
        guard connections[place].sent == connections[place].outgoing.count else {
            return push(place)
        }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(connections[place].socket, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count < 0, errno == EAGAIN { return }
            return end(place, 0, [], answered)
        }
        connections[place].incoming += buffer[..<count]
        guard let (status, body, isLast) = Self.whole(connections[place].incoming) else { return }
        end(place, status, body, closing: isLast, answered)
    }

    private func end(
        _ place: Int, _ status: Int, _ body: [UInt8], closing: Bool = false,
        _ answered: (Answer) -> Void
    ) {
        guard let number = connections[place].number else { return }
        connections[place].number = nil
        if status == 0 || closing {
            close(connections[place].socket)
            connections[place].socket = -1
        }
        answered(
            Answer(
                number: number, status: status, body: body,
                seconds: Self.now - connections[place].start))
    }

    /// An answer with its length, once all of it is there.
    private static func whole(
        _ bytes: [UInt8]
    ) -> (status: Int, body: [UInt8], isLast: Bool)? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count > 16,
            let end = (0...(bytes.count - 4)).first(where: { start in
                bytes[start] == 13 && bytes[start..<start + 4].elementsEqual(mark)
            })
        else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        guard let status = Int(head.dropFirst(9).prefix(3)) else { return (0, [], true) }
        let length =
            head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        return (
            status, Array(bytes[(end + 4)..<(end + 4 + length)]),
            head.contains("connection: close")
        )
    }

    private func connected() throws -> Int32 {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard made >= 0, result == 0 else {
            throw LoadProblem("no connection to port \(port): \(String(cString: strerror(errno)))")
        }
        _ = fcntl(made, F_SETFL, fcntl(made, F_GETFL) | O_NONBLOCK)
        var yes: Int32 = 1
        setsockopt(made, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
        return made
    }

    /// Seconds since the first call.
    static var now: Double { (ContinuousClock.now - start) / .seconds(1) }
    private static let start = ContinuousClock.now
}

/// Why nothing was measured, or what was measured is not what must be.
struct LoadProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
