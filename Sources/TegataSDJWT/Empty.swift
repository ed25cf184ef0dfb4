// This file goes when the module's first type arrives.
