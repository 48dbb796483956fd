  [exercice commencé, 2 essai2]
