  [exercice commencé, 1 essai1]
