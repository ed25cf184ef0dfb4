print("nothing to run yet")
