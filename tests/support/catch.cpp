// Nothing: for this file Catch2 is compiled, and other tests take that over.
