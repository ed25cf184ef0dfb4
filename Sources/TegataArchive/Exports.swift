// Whoever imports TegataArchive gets the journals, keys and profiles it speaks of.
@_exported public import Tegata
