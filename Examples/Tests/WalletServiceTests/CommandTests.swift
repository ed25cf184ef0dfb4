import ArgumentParser
import Foundation
import ServiceKit
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import WalletService
@testable import wallet

/// The command line does what the pages do, and ends with the status that its help promises.
struct CommandTests {
    /// Runs `wallet …`; the status it ends with.
    private func run(_ arguments: String...) async -> Int32 { await run(arguments) }

    private func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try Command.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return Command.exitCode(for: error).rawValue
        }
    }

    @Test func `a card is received, shown, declined and deleted`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let home = wallet.home.path
            let made = try await city.offer(
                to: wallet, .transactionCodeAndHolder(try wallet.publicKey()))
            let code = try #require(made.transactionCode)
            let wrong = code == "000000" ? "000001" : "000000"
            #expect(await run("receive", made.link, "--code", wrong, "--home", home) == 1)
            city.delays.withLock { $0 = 1 }
            #expect(
                await run("receive", made.link, "--code", code, "--no-wait", "--home", home) == 0)
            #expect(try wallet.waiting().count == 1 && wallet.cards().isEmpty)
            #expect(await run("receive", "--json", "--home", home) == 0)
            #expect(try wallet.waiting().isEmpty && wallet.cards().count == 1)

            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            #expect(await run("present", started.link, "--yes", "--home", home) == 1, "a stranger")
            #expect(city.inn.asked.isEmpty)
            #expect(await run("trust", city.did, "--home", home) == 0)
            #expect(await run("present", started.link, "--yes", "--json", "--home", home) == 0)
            let other = try await city.door.start(.crossDevice, asking: ["tier"])
            #expect(await run("present", other.link, "--decline", "--home", home) == 0)
            #expect(try wallet.history().map(\.outcome) == [.shown, .declined])

            for arguments in [["list"], ["list", "--json"], ["history"], ["show", "1"]] {
                #expect(
                    await run(arguments[0], arguments.dropFirst().last ?? "--json", "--home", home)
                        == 0)
            }
            let picture = home + "/card.svg"
            #expect(await run("show", "1", "--svg", picture, "--home", home) == 0)
            #expect(try String(contentsOfFile: picture, encoding: .utf8).hasPrefix("<svg"))
            #expect(await run("settle", "1", "--home", home) == 1)
            let (copy, secret) = (home + "/../copy.tegata", home + "/../passphrase")
            try KeyFile.write(Array("correct horse battery\n".utf8), to: secret)
            let typed = ["--passphrase-file", secret]
            #expect(await run(["export", copy, "--home", home] + typed) == 0)
            #expect(await run("delete", "1", "--yes", "--home", home) == 0)
            #expect(await run("delete", "1", "--yes", "--home", home) == 1)
            #expect(try wallet.cards().isEmpty)
            // Another folder is another wallet, until the file is read.
            let elsewhere = try city.wallet("elsewhere")
            #expect(await run(["import", copy, "--home", elsewhere.home.path] + typed) == 0)
            #expect(try elsewhere.cards().count == 1 && elsewhere.history().count == 2)
            try KeyFile.write(Array("another horse battery".utf8), to: secret)
            #expect(await run(["import", copy, "--home", home] + typed) == 1)
            #expect(await run("delete", "--history", "--yes", "--home", elsewhere.home.path) == 0)
            #expect(try elsewhere.cards().count == 1 && elsewhere.history().isEmpty)
            #expect(await run("delete", "--all", "--yes", "--home", elsewhere.home.path) == 0)
            #expect(try elsewhere.cards().isEmpty)
        }
    }

    @Test func `a benefit is used, and a notice is read and answered`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let home = wallet.home.path
            try await city.member(wallet)
            let counter = try await UsingTests.Counter(city, isOffline: true)
            for status in [0, 0, 1] as [Int32] {
                #expect(await run("use", counter.link, "--yes", "--home", home) == status)
            }
            #expect(try wallet.uses(of: wallet.card(1)).count == 2)
            let office = MailTests.Office(city)
            let notice = try await office.tell(1, "mine")
            office.mail.withLock { $0 = [notice] }
            #expect(await run("mail", "1", "--json", "--home", home) == 0)
            #expect(office.sent.isEmpty, "nothing is answered by looking")
            #expect(await run("mail", "1", "--confirm", "2", "--home", home) == 1)
            #expect(await run("mail", "1", "--confirm", "1", "--home", home) == 0)
            #expect(await run("mail", "1", "--confirm", "1", "--home", home) == 1)
            #expect(office.sent.count == 1)
            let both = ["mail", "1", "--confirm", "1", "--refuse", "1", "--home", home]
            #expect(await run(both) == 64)
        }
    }

    @Test
    func `two cards are linked when somebody types yes, and an ID card and services are there`()
        async throws
    {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (path, link) = try await town.ask("checkup", at: &screen)
            let home = try town.wallet("aiko").home.path
            let services = try town.services
            let whole = ["link", link, "--home", home, "--services", services, "--crowd", "1"]
            #expect(await run(whole + ["--yes"]) == 1, "a stranger's question")
            #expect(await run("trust", town.clinic.base + "/", "--home", home) == 1)
            #expect(await run("trust", town.clinic.base, "--home", home) == 0)
            #expect(await run("link", link, "--yes", "--home", home) == 1, "no ID card")
            #expect(await run(whole + ["--decline"]) == 0)
            #expect(await run(whole + ["--yes", "--id-card", "ben"]) == 1)
            #expect(await run("link", link, "--yes", "--home", home, "--services", services) == 1)
            #expect(await run(whole + ["--yes", "--id-card", "aiko", "--json"]) == 0)
            #expect(await run(whole + ["--yes", "--id-card", "aiko"]) == 1, "it is over")
            #expect(
                try town.wallet("aiko").history().map(\.outcome) == [.declined, .refused, .shown])
            #expect(try await town.state(path, screen).contains("linked"))
            #expect(await run(whole + ["--yes", "--decline"]) == 64)
            #expect(await run("link", link, "--crowd", "0", "--home", home) == 64)
            let vote = town.clinic.base + "/anonymous/vote/question"
            #expect(await run("act", vote, "--yes", "--home", home) == 1, "too few")
            #expect(await run("act", vote, "--yes", "--crowd", "2", "--json", "--home", home) == 0)
            #expect(await run("act", vote, "--yes", "--crowd", "2", "--home", home) == 1)
            let broken = services + "-broken"
            defer { try? FileManager.default.removeItem(atPath: broken) }
            try "{}}".write(toFile: broken, atomically: true, encoding: .utf8)
            #expect(await run("link", link, "--home", home, "--services", broken) == 1)
        }
    }

    @Test func `wrong usage is 64, nobody there is 3, an open folder is 1`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let home = wallet.home.path
            let made = try await city.offer(to: wallet)
            let dead = made.link.replacing(String(city.live.port), with: "1")
            #expect(await run("receive", dead, "--home", home) == 3)
            #expect(await run("receive", made.link, "--no-loopback", "--home", home) == 1)
            #expect(await run("receive", "openid-credential-offer://?x=y", "--home", home) == 1)
            #expect(await run("show", "one", "--home", home) == 64)
            #expect(await run("serve", "--host", "0.0.0.0", "--home", home) == 64)
            #expect(await run("present", "x", "--yes", "--decline", "--home", home) == 64)
            #expect(await run("nothing") == 64)
            #expect(await run("delete", "--yes", "--home", home) == 64)
            #expect(await run("delete", "1", "--all", "--yes", "--home", home) == 64)
            #expect(await run("import", home + "/nothing", "--home", home) == 64)
            #expect(await run("--help") == 0)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: home + "/holder.key")
            #expect(await run("list", "--home", home) == 1)
        }
    }
}
